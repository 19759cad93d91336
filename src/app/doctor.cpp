// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/doctor.hpp"

#include "app/clock_doubts.hpp"
#include "app/fetching.hpp"
#include "plan/activation.hpp"
#include "plan/restore.hpp"
#include "signing/dates.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

constexpr const char* restore_hint = "get them again: qpkg restore";

void find_missing_images(const Snapshot& snapshot, std::vector<Finding>& found)
{
    for (const auto& wanted : plan::wanted_attachments(snapshot)) {
        for (const auto& slot : wanted.slots) {
            if (!std::ranges::binary_search(snapshot.volumes, slot.volume)) {
                found.push_back({Finding::Weight::problem, wanted.qube.text(),
                                 "the volume of " + slot.app.text() + ", " + slot.volume.hex() +
                                     ", is not there: the qube cannot start with it",
                                 restore_hint});
            }
        }
    }
}

/// Qubes that ask for volumes nobody recorded: restored from another machine's backup, or cloned.
void find_strangers(World& world, const Snapshot& snapshot, std::vector<Finding>& found)
{
    for (const auto& wanted : world.hypervisor.wanted()) {
        if (snapshot.find_qube(wanted.qube) != nullptr) {
            continue;
        }
        for (const auto& slot : wanted.slots) {
            if (!std::ranges::binary_search(snapshot.volumes, slot.volume)) {
                found.push_back({Finding::Weight::problem, wanted.qube.text(),
                                 "it asks for a volume of " + slot.app.text() + " that is not recorded and not there",
                                 "install it: qpkg install " + slot.app.text() + " --into " + wanted.qube.text()});
            }
        }
    }
}

void find_clock_doubts(World& world, const Snapshot& snapshot, std::vector<Finding>& found)
{
    std::map<RepoName, std::int64_t> signed_at;
    for (const auto& repository : snapshot.repositories) {
        signed_at.emplace(repository.name, world.trust.newest_issued(repository.name));
    }
    for (auto& words : clock_doubts(world.clock.now(), signed_at, trust::build_date())) {
        found.push_back({Finding::Weight::problem, "clock", std::move(words),
                         "set it, for example: timedatectl set-ntp true; in dom0 of Qubes: qvm-sync-clock"});
    }
}

} // namespace

std::vector<Finding> diagnose(World& world)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    std::vector<Finding> found;
    find_missing_images(snapshot, found);
    find_strangers(world, snapshot, found);
    find_clock_doubts(world, snapshot, found);
    const auto activation = plan::plan_activation(snapshot, engine::look(world.hypervisor));
    for (const auto& qube : activation.vanished) {
        found.push_back({Finding::Weight::problem, qube.text(), "it is recorded, but there is no such qube",
                         "forget it: qpkg qube remove " + qube.text()});
    }
    for (auto& finding : world.hypervisor.findings()) {
        found.push_back(std::move(finding));
    }
    if (world.volumes.placement() == DataPlacement::copy) {
        found.push_back({Finding::Weight::advice, world.root.string(),
                         "its file system cannot share data between files: every volume is a full copy",
                         "put it on btrfs or XFS; in dom0 of Qubes: /usr/libexec/qpkg/make-store"});
    }
    return found;
}

PreparedChange prepare_restore(World& world)
{
    auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    auto plan = plan::plan_restore(snapshot);
    // What it fetches is pinned by manifests that were accepted long ago: no repository has to vouch for it again.
    auto catalog = std::make_unique<Catalog>(world, snapshot, Reach::offline);
    return {std::move(snapshot), std::move(plan), {}, 0, 0, std::move(catalog)};
}

engine::Prepared apply_restore(World& world, PreparedChange& change)
{
    Fetching fetching(world, change);
    const auto fetcher = [&](const KnownRelease& release) -> Fetcher& { return fetching.fetcher(release); };
    return engine::prepare(change.plan, world.content, world.volumes, fetcher, world.progress);
}

} // namespace qpkg::app
