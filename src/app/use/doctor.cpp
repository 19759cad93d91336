// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/doctor.hpp"

#include "app/use/adoption.hpp"
#include "app/use/clock_doubts.hpp"
#include "app/use/loss.hpp"
#include "engine/state_directory.hpp"
#include "plan/activation.hpp"
#include "plan/commits.hpp"
#include "plan/garbage.hpp"
#include "plan/restore.hpp"
#include "signing/dates.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>

namespace qpkg::app {
namespace {

constexpr const char* restore_hint = "get them again: qpkg restore";

void find_missing_images(const Snapshot& snapshot, std::vector<HostFault>& found)
{
    for (const auto& wanted : plan::wanted_attachments(snapshot)) {
        for (const auto& slot : wanted.slots) {
            if (!std::ranges::binary_search(snapshot.volumes, slot.volume)) {
                found.push_back({HostFault::Weight::problem, wanted.qube.text(),
                                 "the volume of " + slot.app.text() + ", " + slot.volume.hex() +
                                     ", is not there: the qube cannot start with it",
                                 restore_hint});
            }
        }
    }
}

void find_missing_bases(const Snapshot& snapshot, std::vector<HostFault>& found)
{
    for (const auto& base : plan::missing_bases(snapshot)) {
        found.push_back({HostFault::Weight::problem, base.name,
                         "its volume " + base.volume.hex() + " is not there: no qube of it can start", restore_hint});
    }
}

/// Volumes that are there work without: what is missing is what they could be made again from.
void find_missing_commits(const World& world, const Snapshot& snapshot, std::vector<HostFault>& found)
{
    const auto wanted = plan::commits_in_use(snapshot);
    const auto missing = std::ranges::count_if(
        wanted, [&](const CommitId& commit) { return !std::ranges::binary_search(snapshot.commits, commit); });
    if (missing > 0) {
        found.push_back({HostFault::Weight::problem, (world.root / "objects").string(),
                         std::to_string(missing) + " of the " + std::to_string(wanted.size()) +
                             " commits that bases and apps are made from are not there: a volume that is lost could "
                             "not be made again",
                         restore_hint});
    }
}

void find_damaged_volumes(World& world, const Snapshot& snapshot, std::vector<HostFault>& found)
{
    for (const auto& volume : plan::needed_volumes(snapshot)) {
        if (!std::ranges::binary_search(snapshot.volumes, volume)) {
            continue;
        }
        try {
            world.volumes.verify(volume, world.progress);
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            found.push_back({HostFault::Weight::problem, (world.root / "volumes").string(), error.what(),
                             "make it again: qpkg restore"});
        }
    }
}

/// Qubes that have apps which nobody recorded: clones, renamed ones, or restored from another machine's backup.
void find_strangers(const plan::Adoption& adoption, const Snapshot& snapshot, std::vector<HostFault>& found)
{
    for (const auto& qube : adoption.adopted) {
        found.push_back({HostFault::Weight::advice, qube.text(),
                         "it has apps, but no record yet: it was cloned, renamed or restored",
                         "the next command that changes something records it, for example: qpkg upgrade"});
    }
    for (const auto& qube : adoption.replaced) {
        found.push_back({HostFault::Weight::advice, qube.text(),
                         "it is another qube than the one that was recorded under this name",
                         "the next command that changes something forgets the record of that one"});
    }
    for (const auto& stranger : adoption.strangers) {
        std::vector<std::string> missing;
        for (const auto& slot : stranger.slots) {
            if (!std::ranges::binary_search(snapshot.volumes, slot.volume)) {
                missing.push_back(slot.app.text());
            }
        }
        found.push_back(
            {HostFault::Weight::problem, stranger.name.text(),
             "it has apps, and is not recorded: " + stranger.why +
                 (missing.empty() ? "" : "; not here, so that it cannot start: " + text::join(missing, ", ")),
             "record what can be told: qpkg restore"});
    }
}

void find_clock_doubts(World& world, const Snapshot& snapshot, std::vector<HostFault>& found)
{
    std::map<RepoName, std::int64_t> signed_at;
    for (const auto& repository : snapshot.repositories) {
        signed_at.emplace(repository.name, world.trust.newest_issued(repository.name));
    }
    for (auto& words : clock_doubts(world.clock.now(), signed_at, trust::build_date())) {
        found.push_back({HostFault::Weight::problem, "clock", std::move(words),
                         "set it, for example: timedatectl set-ntp true; in dom0 of Qubes: qvm-sync-clock"});
    }
}

/// No where it cannot be tried out: by an ordinary user, on a full disk.
bool copies(const VolumeStore& volumes)
{
    try {
        return volumes.placement() == DataPlacement::copy;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

std::vector<HostFault> diagnose(World& world)
{
    const auto recorded = engine::take_snapshot(world.db, world.content, world.volumes);
    const auto adoption = look_for_strangers(world, recorded);
    const auto snapshot = plan::with_adopted(recorded, adoption);
    std::vector<HostFault> found;
    find_missing_bases(snapshot, found);
    find_missing_images(snapshot, found);
    find_missing_commits(world, snapshot, found);
    find_damaged_volumes(world, snapshot, found);
    find_strangers(adoption, recorded, found);
    find_clock_doubts(world, snapshot, found);
    const auto activation = plan::plan_activation(snapshot, engine::look(world.hypervisor));
    for (const auto& qube : activation.vanished) {
        found.push_back({HostFault::Weight::problem, qube.text(), "it is recorded, but there is no such qube",
                         "forget it: qpkg qube remove " + qube.text()});
    }
    for (auto& finding : world.hypervisor.findings()) {
        found.push_back(std::move(finding));
    }
    if (const auto lost = world.content.lost_attributes(); lost > 0) {
        found.push_back({HostFault::Weight::problem, (world.root / "objects").string(),
                         std::to_string(lost) +
                             " files have lost their extended attribute user.ostreemeta, as in a copy that keeps none",
                         "give them back: qpkg restore"});
    }
    if (const auto loss = find_loss(world)) {
        found.push_back(
            {HostFault::Weight::problem, world.root.string(), *loss, "record what can be told: qpkg restore"});
    }
    for (const auto& fault : engine::faults_of_state(world.root)) {
        found.push_back({HostFault::Weight::problem, world.root.string(), fault,
                         "nothing is changed there before it is safe from others: chown, chmod go-w"});
    }
    if (copies(world.volumes)) {
        found.push_back({HostFault::Weight::advice, world.root.string(),
                         "its file system cannot share data between files: every volume is a full copy",
                         "put it on btrfs or XFS; in dom0 of Qubes: /usr/libexec/qpkg/make-store"});
    }
    return found;
}

} // namespace qpkg::app
