// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/rebase.hpp"

#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include <algorithm>
#include <iterator>
#include <set>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto hello = a_known_release();
const auto git = a_known_release("org.example.git");
const plan::Occasion occasion{3000, "qpkg rebase", 26};

Base other_base(std::uint64_t level = 1)
{
    auto base = a_snapshot().bases.front();
    base.id = BaseId::require("debian-13");
    base.level = level;
    base.commit = CommitId(sha256("another base"));
    base.volume = VolumeId(sha256("another base's volume"));
    return base;
}

KnownRelease for_other_base(KnownRelease known, std::uint64_t sequence)
{
    known.release.base = other_base().id;
    known.release.sequence = sequence;
    known.id = ManifestId(sha256(known.release.app.text() + " for another base " + std::to_string(sequence)));
    return known;
}

Snapshot installed() { return with_installed(a_snapshot(), "work", {git, hello}); }

const Generation& generation_of(const plan::Plan& plan) { return std::get<AdvanceQube>(plan.changes.back()).next; }

} // namespace

TEST_CASE("a qube moves to another base with a release for it of each app")
{
    const auto hello_13 = for_other_base(hello, 1);
    const auto git_13 = for_other_base(git, 2);

    const auto plan = plan::plan_rebase(installed(), {other_base()}, {hello_13, git_13}, {work}, occasion, {});

    const auto& next = generation_of(plan);
    CHECK(next.base.id == other_base().id);
    CHECK(next.base.commit == other_base().commit);
    std::set<ManifestId> bound;
    std::ranges::transform(next.bindings, std::inserter(bound, bound.end()), &Binding::release);
    CHECK(bound == std::set{hello_13.id, git_13.id});
    CHECK(plan.bases.size() == 1);
}

TEST_CASE("all apps without a release for the base are named, and nothing is planned")
{
    CHECK_FAILS(Code::conflict, "org.example.git (work), org.example.hello (work)",
                plan::plan_rebase(installed(), {other_base()}, {}, {work}, occasion, {}));
    const auto unfit = [&](const KnownRelease&, const Base&) { return std::optional<std::string>("no libssl"); };
    CHECK_FAILS(Code::conflict, "org.example.hello (work)",
                plan::plan_rebase(installed(), {other_base()}, {for_other_base(hello, 1), for_other_base(git, 1)},
                                  {work}, occasion, unfit));
}

TEST_CASE("a qube that stands on the base stays, and another level is another base")
{
    const auto snapshot = installed();
    const auto& here = snapshot.bases.front();
    auto higher = here;
    ++higher.level;
    higher.commit = CommitId(sha256("a higher level"));

    CHECK(plan::plan_rebase(snapshot, {here}, {}, {work}, occasion, {}).empty());
    CHECK(plan::stands_on(snapshot, *snapshot.find_qube(work), here));
    CHECK_FALSE(plan::stands_on(snapshot, *snapshot.find_qube(work), higher));
    CHECK(generation_of(plan::plan_rebase(snapshot, {higher}, {}, {work}, occasion, {})).base.commit == higher.commit);
}
