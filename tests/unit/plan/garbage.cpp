// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/garbage.hpp"

#include "plan/commits.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// work has hello 1, then hello 2; the second is current.
Snapshot upgraded()
{
    return with_installed(with_installed(a_snapshot(), "work", {a_known_release("org.example.hello", 1)}), "work",
                          {a_known_release("org.example.hello", 2)});
}

} // namespace

TEST_CASE("nothing goes while a generation that is kept needs it")
{
    const auto garbage = plan::plan_gc(upgraded(), {5});

    CHECK(garbage.changes.empty());
    CHECK(garbage.volumes.empty());
    CHECK(garbage.kept_commits == upgraded().commits);
}

TEST_CASE("where qubes are named, generations of others stay")
{
    const auto others = plan::plan_gc(upgraded(), {0, {QubeName::require("personal")}});
    const auto own = plan::plan_gc(upgraded(), {0, {QubeName::require("work")}});

    CHECK(others.changes.empty());
    CHECK(own == plan::plan_gc(upgraded(), {0}));
}

TEST_CASE("with no older generation kept, what only they used goes: rows, volume and commit")
{
    const auto old_hello = a_known_release("org.example.hello", 1);

    const auto garbage = plan::plan_gc(upgraded(), {0});

    CHECK((garbage.changes ==
           std::vector<Change>{DropGenerations{QubeName::require("work"), {0, 1}}, ForgetRelease{old_hello.id}}));
    CHECK(garbage.volumes == std::vector<VolumeId>{old_hello.release.volume.root});
    CHECK(std::find(garbage.kept_commits.begin(), garbage.kept_commits.end(), old_hello.release.tree.commit) ==
          garbage.kept_commits.end());
}

TEST_CASE("the current generation stays also when it is not the newest")
{
    auto snapshot = upgraded();
    snapshot.qubes[1].current = 1;

    const auto garbage = plan::plan_gc(snapshot, {0});

    CHECK(garbage.volumes == std::vector<VolumeId>{a_known_release("org.example.hello", 2).release.volume.root});
}

namespace {

/// A newer release of the base, which no qube has.
Snapshot with_newer_base(Snapshot snapshot)
{
    auto newer = snapshot.bases.back();
    newer.commit = CommitId(sha256("newer base"));
    newer.volume = VolumeId(sha256("newer base volume"));
    ++newer.number;
    snapshot.bases.push_back(newer);
    snapshot.volumes.push_back(newer.volume);
    std::ranges::sort(snapshot.volumes);
    return snapshot;
}

} // namespace

TEST_CASE("a release of a base stays while a kept generation names it, and the newest one in any case")
{
    auto snapshot = with_newer_base(a_snapshot());
    const auto old = snapshot.bases.front();
    const auto newer = snapshot.bases.back();
    CHECK(plan::plan_gc(snapshot, {0}).changes.empty());
    CHECK(plan::plan_gc(snapshot, {0}).volumes.empty());
    CHECK(plan::needed_commits(snapshot).size() == 2);

    for (auto& qube : snapshot.qubes) {
        qube.generations.push_back({1, 2000, "qpkg upgrade", {newer.id, newer.commit}, {}});
        qube.current = 1;
    }
    CHECK(plan::plan_gc(snapshot, {1}).changes.empty());

    const auto garbage = plan::plan_gc(snapshot, {0});
    REQUIRE(garbage.changes.size() == 3);
    CHECK(garbage.changes.back() == Change(RemoveBase{old.commit}));
    CHECK(garbage.volumes == std::vector{old.volume});
    CHECK(garbage.kept_commits == std::vector{newer.commit});

    auto of_repository = snapshot;
    of_repository.bases.front().release = a_known_release().id;
    of_repository.releases.emplace(a_known_release().id, a_known_release());
    CHECK(plan::plan_gc(of_repository, {1}).changes.empty());
    CHECK(plan::plan_gc(of_repository, {0}).changes.back() == Change(ForgetRelease{a_known_release().id}));
}

TEST_CASE("an image that no row names is garbage")
{
    auto snapshot = a_snapshot();
    const VolumeId stray(sha256("stray"));
    snapshot.volumes.push_back(stray);
    std::sort(snapshot.volumes.begin(), snapshot.volumes.end());

    CHECK(plan::plan_gc(snapshot, {0}).volumes == std::vector<VolumeId>{stray});
}

TEST_CASE("details are needed as long as a release that is known names them")
{
    auto first = a_known_release("org.example.hello", 1);
    auto second = a_known_release("org.example.hello", 2);
    second.release.details.sha256 = sha256("details of the second");
    auto snapshot = with_installed(with_installed(a_snapshot(), "work", {first}), "work", {second});

    auto both = std::vector{first.release.details.sha256, second.release.details.sha256};
    std::ranges::sort(both);
    CHECK(plan::plan_gc(snapshot, {1}).kept_details == both);
    CHECK(plan::plan_gc(snapshot, {0}).kept_details == std::vector{second.release.details.sha256});
    CHECK(plan::plan_leftovers(snapshot).kept_details == both);
}

TEST_CASE("details are needed as long as a base names them")
{
    auto snapshot = a_snapshot();
    CHECK(plan::plan_gc(snapshot, {0}).kept_details.empty());

    snapshot.bases.front().details = sha256("details of the base");
    CHECK(plan::plan_gc(snapshot, {0}).kept_details == std::vector{*snapshot.bases.front().details});
}

TEST_CASE("a composed volume is needed as long as its generation is kept, and its apps' own volumes are not")
{
    const auto hello = a_known_release();
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    const VolumeId composed(sha256("composed"));
    snapshot.qubes[1].generations.back().composed = composed;
    snapshot.volumes.push_back(composed);
    std::sort(snapshot.volumes.begin(), snapshot.volumes.end());

    CHECK(plan::plan_gc(snapshot, {0}).volumes == std::vector<VolumeId>{hello.release.volume.root});

    snapshot.qubes[1].current = 0;
    CHECK(plan::plan_gc(snapshot, {1}).volumes == std::vector<VolumeId>{hello.release.volume.root});
    CHECK(plan::plan_gc(snapshot, {0}).volumes.size() == 2);
}

TEST_CASE("what no row names can go without a change of rows")
{
    auto snapshot = upgraded();
    const VolumeId stray(sha256("stray"));
    snapshot.volumes.push_back(stray);
    std::sort(snapshot.volumes.begin(), snapshot.volumes.end());

    const auto leftovers = plan::plan_leftovers(snapshot);

    CHECK(leftovers.changes.empty());
    CHECK(leftovers.volumes == std::vector<VolumeId>{stray});
    CHECK(leftovers.kept_commits == upgraded().commits);
}

TEST_CASE("what a qube names is kept, recorded or not, with the release that it is of")
{
    auto snapshot = upgraded();
    const auto old = plan::plan_gc(snapshot, {0});
    REQUIRE(old.volumes.size() == 1);
    const auto release = std::ranges::find(snapshot.releases, old.volumes.front(),
                                           [](const auto& known) { return known.second.release.volume.root; });
    REQUIRE(release != snapshot.releases.end());
    const auto& named = release->second.release;

    SUBCASE("by its own volume") { snapshot.named = {{named.app, "?", named.volume.root, {}, {}}}; }
    SUBCASE("in a composed volume")
    {
        const VolumeId composed(sha256("composed by a clone's model"));
        snapshot.volumes.push_back(composed);
        std::ranges::sort(snapshot.volumes);
        snapshot.named = {{named.app, named.version, composed, {}, {}}};
    }

    const auto garbage = plan::plan_gc(snapshot, {0});
    CHECK(std::ranges::find(garbage.volumes, snapshot.named.front().volume) == garbage.volumes.end());
    CHECK(std::ranges::none_of(garbage.changes,
                               [](const Change& change) { return std::holds_alternative<ForgetRelease>(change); }));
    CHECK(std::ranges::binary_search(garbage.kept_commits, named.tree.commit));
}
