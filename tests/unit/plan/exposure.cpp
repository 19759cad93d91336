// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/exposure.hpp"

#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include <string>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto old_hello = a_known_release("org.example.hello", 1);
const auto new_hello = a_known_release("org.example.hello", 2);

VolumeSlot slot_of_running(const KnownRelease& known)
{
    return {known.release.app, known.release.version, known.release.volume.root};
}

plan::Live running(std::string_view qube, const VolumeSlot& slot)
{
    plan::Live live;
    live.attached = {{QubeName::require(qube), {slot}}};
    return live;
}

/// "work base running wanted; work hello 1 running"
std::string told(const Snapshot& snapshot, const plan::Live& live)
{
    std::string words;
    for (const auto& row : plan::presences(snapshot, live)) {
        words += words.empty() ? "" : "; ";
        words += row.qube.text();
        words += row.release == nullptr ? " base" : ' ' + std::to_string(row.release->release.sequence);
        words += row.runs ? " runs" : "";
        words += row.wanted ? " wanted" : "";
        words += row.is_disposable ? " disposable" : "";
    }
    return words;
}

} // namespace

TEST_CASE("a qube that was not started again has the old release, and will have the new one")
{
    const auto snapshot = with_installed(with_installed(a_snapshot(), "work", {old_hello}), "work", {new_hello});

    CHECK(told(snapshot, {}) == "personal base wanted; work base wanted; work 2 wanted");
    CHECK(told(snapshot, running("work", slot_of_running(old_hello))) ==
          "personal base wanted; work base runs wanted; work 1 runs; work 2 wanted");
    CHECK(told(snapshot, running("work", slot_of_running(new_hello))) ==
          "personal base wanted; work base runs wanted; work 2 runs wanted");
}

TEST_CASE("a disposable has what its qube had when it was made, as long as it runs")
{
    const auto snapshot = with_installed(with_installed(a_snapshot(), "work", {old_hello}), "work", {new_hello});
    const auto disposable = QubeName::require("disp1234");
    plan::Live live;
    live.disposables = {{disposable, QubeName::require("work")}};

    CHECK(told(snapshot, live) == "personal base wanted; work base wanted; work 2 wanted");
    live.attached = {{disposable, {slot_of_running(old_hello)}}};
    CHECK(told(snapshot, live) == "personal base wanted; work base wanted; work 2 wanted; "
                                  "disp1234 base runs disposable; disp1234 1 runs disposable");
}

TEST_CASE("what a running qube has of a composed volume is known by its generation")
{
    auto snapshot = with_installed(a_snapshot(), "work", {old_hello});
    const VolumeId composed(sha256("composed"));
    auto slot = slot_of_running(old_hello);
    slot.volume = composed;
    const auto live = running("work", slot);

    CHECK(told(snapshot, live) == "personal base wanted; work base runs wanted; work 1 wanted");
    snapshot.qubes.back().generations.back().composed = composed;
    CHECK(told(snapshot, live) == "personal base wanted; work base runs wanted; work 1 runs wanted");
}

TEST_CASE("a running qube has the base that it started from, and views may stand on an older one")
{
    auto snapshot = with_installed(a_snapshot(), "work", {old_hello});
    auto newer = snapshot.bases.front();
    newer.commit = CommitId(sha256("newer base"));
    newer.volume = VolumeId(sha256("newer base volume"));
    newer.number = snapshot.bases.front().number + 1;
    const auto older = snapshot.bases.front();
    snapshot.bases.push_back(newer);
    auto& generation = snapshot.qubes.back().generations.back();
    generation.base.commit = newer.commit;
    auto live = running("work", slot_of_running(old_hello));
    live.attached.front().base = older.volume;

    CHECK(told(snapshot, live) == "personal base wanted; work base runs; work base wanted; work 1 runs wanted");
    live.attached.front().base = newer.volume;
    CHECK(told(snapshot, live) == "personal base wanted; work base runs wanted; work 1 runs wanted");
    generation.bindings.front().own_base = older.commit;
    live.attached.front().slots.front().base = older.volume;
    CHECK(told(snapshot, live) ==
          "personal base wanted; work base runs wanted; work base runs wanted; work 1 runs wanted");
    CHECK(told(snapshot, {}) == "personal base wanted; work base wanted; work base wanted; work 1 wanted");
}
