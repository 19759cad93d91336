// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/activation.hpp"
#include "plan/plan.hpp"
#include "plan/restore.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const plan::Occasion occasion{3000, "qpkg", 2};
const auto git = a_known_release("org.example.git");
const auto hello = a_known_release("org.example.hello");
const auto wget = a_known_release("org.example.wget");
const VolumeId made(sha256("composed"));

/// git and hello in one volume that is there.
Snapshot composed()
{
    auto snapshot = with_installed(a_snapshot(), "work", {git, hello});
    auto& qube = snapshot.qubes[1];
    qube.layout = Layout::composed;
    qube.generations.back().composed = made;
    snapshot.volumes = {made};
    return snapshot;
}

const AdvanceQube& advance_of(const plan::Plan& plan) { return std::get<AdvanceQube>(plan.changes.back()); }

} // namespace

TEST_CASE("an install into a composed qube fetches what is new and composes everything; no app gets its own volume")
{
    const auto plan = plan::plan_install(composed(), {wget}, {work}, occasion);

    CHECK((plan.prepare ==
           std::vector<plan::Step>{plan::FetchCommit{wget}, plan::ComposeVolume{work, {git, hello, wget}}}));
    CHECK_FALSE(advance_of(plan).next.composed); // known when it is made
}

TEST_CASE("more apps than the backend has room for are composed, and separate again when they are fewer")
{
    const auto two = with_installed(a_snapshot(), "work", {git, hello});
    const auto plan = plan::plan_install(two, {wget}, {work}, occasion);

    CHECK((plan.prepare.back() == plan::Step{plan::ComposeVolume{work, {git, hello, wget}}}));

    auto three = with_installed(a_snapshot(), "work", {git, hello, wget});
    three.qubes[1].generations.back().composed = made;
    three.volumes = {made};
    const auto fewer = plan::plan_remove(three, {wget.release.app}, {work}, occasion);

    CHECK((fewer.prepare == std::vector<plan::Step>{plan::BuildVolume{git}, plan::BuildVolume{hello}}));
    CHECK_FALSE(advance_of(fewer).next.composed);
}

TEST_CASE("a hold changes no volume")
{
    const auto plan = plan::plan_hold(composed(), {git.release.app}, {work}, true, occasion);

    CHECK(plan.prepare.empty());
    CHECK(advance_of(plan).next.composed == made);
}

TEST_CASE("the layout of a qube is changed in a generation of its own")
{
    const auto separate = plan::plan_layout(composed(), work, Layout::separate, occasion);

    CHECK((separate.prepare == std::vector<plan::Step>{plan::BuildVolume{git}, plan::BuildVolume{hello}}));
    CHECK((separate.changes.front() == Change{SetLayout{work, Layout::separate}}));
    CHECK(advance_of(separate).next.bindings.size() == 2);
    CHECK(plan::plan_layout(composed(), work, Layout::composed, occasion).empty());

    const auto of_nothing = plan::plan_layout(a_snapshot(), work, Layout::composed, occasion);
    CHECK((of_nothing.changes == std::vector<Change>{SetLayout{work, Layout::composed}}));
}

TEST_CASE("a composed volume that was lost is made again, and must come out the same")
{
    auto snapshot = composed();
    snapshot.volumes.clear();
    const std::vector<plan::Step> again{plan::ComposeVolume{work, {git, hello}, made}};

    CHECK((plan::plan_restore(snapshot).prepare == again));

    auto after = with_installed(snapshot, "work", {git});
    after.volumes.clear();
    const auto back = plan::plan_rollback(after, work, std::nullopt);
    CHECK((back.prepare == again));
    CHECK((back.changes == std::vector<Change>{PointQube{work, 2, 1}}));
}

TEST_CASE("the apps of a composed volume are attached and detached once, as one")
{
    const auto snapshot = composed();
    const auto wanted = plan::wanted_attachments(snapshot);
    plan::Live live{wanted, {{.qube = work, .slots = {}, .base = wanted[1].base}}, true};

    const auto attach = plan::plan_activation(snapshot, live).attach;
    REQUIRE(attach.size() == 1);
    CHECK(attach[0].slot.volume == made);

    live.attached = live.wanted;
    CHECK_FALSE(plan::plan_activation(snapshot, live).is_pending());
}
