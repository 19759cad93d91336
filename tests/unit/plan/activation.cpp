// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/activation.hpp"

#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto hello = a_known_release();

VolumeSlot slot_of(const KnownRelease& known)
{
    return {known.release.app, known.release.version, known.release.volume.root};
}

plan::Live settled(const Snapshot& snapshot, bool hot_attach)
{
    return {plan::wanted_attachments(snapshot), {}, hot_attach};
}

/// Of work, on its base.
Attachment has(std::vector<VolumeSlot> slots)
{
    return {.qube = work, .slots = std::move(slots), .base = VolumeId(sha256("base volume"))};
}

} // namespace

TEST_CASE("when everything is as it should be, nothing is done")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});

    CHECK((plan::plan_activation(snapshot, settled(snapshot, true)) == plan::Activation{}));
}

TEST_CASE("a qube that runs from another base than it is to have is left as it is until it starts again")
{
    const auto git = a_known_release("org.example.git", 1);
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(snapshot, true);
    live.attached = {has({slot_of(git)})};
    auto newer = snapshot.bases.front();
    newer.commit = CommitId(sha256("newer base"));
    newer.volume = VolumeId(sha256("newer base volume"));
    snapshot.bases.push_back(newer);
    snapshot.qubes[1].generations.back().base.commit = newer.commit;

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK((activation.set_wanted ==
           std::vector{Attachment{.qube = work, .slots = {slot_of(hello)}, .base = newer.volume}}));
    CHECK(activation.attach.empty());
    CHECK(activation.detach.empty());
    CHECK(activation.waiting == std::vector{work});
    CHECK(activation.outdated == std::vector{work});
}

TEST_CASE("a qube that the backend does not have is made before it is told what it wants")
{
    auto live = settled(a_snapshot(), true);
    std::erase_if(live.wanted, [](const Attachment& attachment) { return attachment.qube == work; });

    const auto activation = plan::plan_activation(a_snapshot(), live);

    CHECK((activation.create == std::vector<plan::NewQube>{{work, VolumeId(sha256("base volume"))}}));
    CHECK((activation.set_wanted == std::vector{has({})}));
}

TEST_CASE("a running qube gets what it lacks and loses what it should not have")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    const auto git = a_known_release("org.example.git", 1);
    auto live = settled(snapshot, true);
    live.attached = {has({slot_of(git)})};

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK((activation.attach == std::vector<plan::SlotChange>{{work, slot_of(hello)}}));
    CHECK((activation.detach == std::vector<plan::SlotChange>{{work, slot_of(git)}}));
    CHECK(activation.outdated.empty());
}

TEST_CASE("a running qube of which only the names change is told, and keeps its disks")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(snapshot, true);
    auto before = slot_of(hello);
    before.rulings = {{{ExportKind::command, "hello"}, ""}};
    live.attached = {has({before})};

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK(activation.announce == std::vector{work});
    CHECK(activation.attach.empty());
    CHECK(activation.detach.empty());
    CHECK(activation.is_pending());

    live.hot_attach = false;
    CHECK(plan::plan_activation(snapshot, live).outdated == std::vector{work});
}

TEST_CASE("a service that may start now is told of, and its app's disk stays")
{
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(snapshot, true);
    live.attached = {has({slot_of(hello)})};
    auto& qube = *std::ranges::find(snapshot.qubes, work, &Qube::name);
    qube.generations.back().bindings.front().services = {{"hello.service"}};
    auto serving = slot_of(hello);
    serving.services = {{"hello.service"}};

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK((activation.set_wanted == std::vector{has({serving})}));
    CHECK(activation.announce == std::vector{work});
    CHECK(activation.attach.empty());
    CHECK(activation.detach.empty());
}

TEST_CASE("without hot attach a running qube is named, not touched")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(snapshot, false);
    live.attached = {has({})};

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK(activation.attach.empty());
    CHECK(activation.outdated == std::vector<QubeName>{work});
}

TEST_CASE("a qube that the backend lost and cannot make is named, not touched, and hinders no other")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(snapshot, true);
    std::erase_if(live.wanted, [](const Attachment& attachment) { return attachment.qube == work; });
    live.makes_qubes = false;

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK((activation.vanished == std::vector<QubeName>{work}));
    CHECK(activation.create.empty());
    CHECK(activation.set_wanted.empty());
}

TEST_CASE("exactly the running disposables that have something else than their qube are named")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    const auto current = QubeName::require("disp1");
    const auto older = QubeName::require("disp2");
    const auto halted = QubeName::require("disp3");
    const auto of_another = QubeName::require("disp4");
    auto live = settled(snapshot, true);
    live.attached = {{current, {slot_of(hello)}}, {older, {}}, {of_another, {}}};
    live.disposables = {{current, work}, {older, work}, {halted, work}, {of_another, QubeName::require("stranger")}};

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK((activation.outdated_disposables == std::vector<plan::Disposable>{{older, work}}));
    CHECK(activation.attach.empty());
}

TEST_CASE("what was recorded of another qube of that name is not carried out")
{
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    snapshot.qubes[1].identity = "first";
    auto live = settled(a_snapshot(), true);
    live.attached = {has({})};
    live.identities = {{work, "second"}};

    const auto activation = plan::plan_activation(snapshot, live);

    CHECK(activation.vanished == std::vector<QubeName>{work});
    CHECK_FALSE(activation.is_pending());
    live.identities = {{work, "first"}};
    CHECK(plan::plan_activation(snapshot, live).is_pending());
}

TEST_CASE("what is unfinished is set again")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(snapshot, true);
    live.wanted[1].unfinished = true;

    CHECK((plan::plan_activation(snapshot, live).set_wanted == std::vector{has({slot_of(hello)})}));
}

TEST_CASE("a qube of which nobody can say what it has is left alone, and named")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto live = settled(a_snapshot(), true);

    SUBCASE("what is set for its next start") { live.wanted[1].problem = "no answer"; }
    SUBCASE("what it has now") { live.attached = {{work, {}, false, "no answer"}}; }

    const auto activation = plan::plan_activation(snapshot, live);
    CHECK((activation.unknown == std::map<QubeName, std::string>{{work, "no answer"}}));
    CHECK_FALSE(activation.is_pending());
    CHECK(activation.vanished.empty());
}
