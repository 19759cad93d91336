// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/doctor.hpp"

#include "app/clock_doubts.hpp"
#include "app/fetching.hpp"
#include "app/loss.hpp"
#include "engine/state_directory.hpp"
#include "plan/activation.hpp"
#include "plan/garbage.hpp"
#include "plan/restore.hpp"
#include "signing/dates.hpp"

#include "qpkg/base/text.hpp"

#include <algorithm>
#include <set>

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
    if (const auto lost = world.content.lost_attributes(); lost > 0) {
        found.push_back({Finding::Weight::problem, (world.root / "objects").string(),
                         std::to_string(lost) +
                             " files have lost their extended attribute user.ostreemeta, as in a copy that keeps none",
                         "give them back: qpkg restore"});
    }
    if (const auto loss = find_loss(world)) {
        found.push_back(
            {Finding::Weight::problem, world.root.string(), *loss, "record what can be told: qpkg restore"});
    }
    for (const auto& fault : engine::faults_of_state(world.root)) {
        found.push_back({Finding::Weight::problem, world.root.string(), fault,
                         "nothing is changed there before it is safe from others: chown, chmod go-w"});
    }
    if (copies(world.volumes)) {
        found.push_back({Finding::Weight::advice, world.root.string(),
                         "its file system cannot share data between files: every volume is a full copy",
                         "put it on btrfs or XFS; in dom0 of Qubes: /usr/libexec/qpkg/make-store"});
    }
    return found;
}

namespace {

/// Runs `check`; true when it finds damage.
template <class Check>
bool is_damaged(const Check& check)
{
    try {
        check();
        return false;
    } catch (const Error& error) {
        if (error.code() != Code::corrupt && error.code() != Code::not_found && error.code() != Code::untrusted) {
            throw;
        }
        return true;
    }
}

void find_damage(World& world, Repairs& repairs)
{
    const auto& snapshot = repairs.change.snapshot;
    // What is not here at all is missed only by what is in use: a backup need not carry the rest.
    std::set<CommitId> in_use;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            in_use.insert(snapshot.release(binding.release).release.tree.commit);
        }
    }
    for (const auto& commit : plan::needed_commits(snapshot)) {
        const bool counts = world.content.has_commit(commit) || in_use.contains(commit);
        if (counts && is_damaged([&] { world.content.verify(commit, world.progress); })) {
            repairs.commits.push_back(commit);
        }
    }
    for (const auto& volume : plan::needed_volumes(snapshot)) {
        if (world.volumes.has(volume) && is_damaged([&] { world.volumes.verify(volume, world.progress); })) {
            repairs.volumes.push_back(volume);
        }
    }
}

/// As if the damaged volumes were not there.
plan::Plan plan_without(Snapshot snapshot, const std::vector<VolumeId>& damaged)
{
    std::erase_if(snapshot.volumes,
                  [&](const VolumeId& volume) { return std::ranges::find(damaged, volume) != damaged.end(); });
    return plan::plan_restore(snapshot);
}

/// Bases are in no plan: nobody offers them, they are made from what is here.
void restore_bases(World& world, const Snapshot& snapshot)
{
    const auto restore = [&](const CommitId& commit, const VolumeId& volume) {
        if (!world.volumes.has(volume) && world.content.has_commit(commit)) {
            const VolumePart part{commit, ""};
            world.volumes.build({&part, 1}, volume, world.progress);
        }
    };
    for (const auto& base : snapshot.bases) {
        restore(base.commit, base.volume);
    }
    for (const auto& qube : snapshot.qubes) {
        if (qube.base_commit && qube.base_volume) {
            restore(*qube.base_commit, *qube.base_volume);
        }
    }
}

struct FetchedAgain {
    ImportReport imported;
    std::vector<std::string> lost; ///< what stays damaged, in words
};

/// The damaged commits, from where their releases came.
FetchedAgain fetch_again(World& world, const Repairs& repairs, const engine::FetcherFor& fetcher)
{
    FetchedAgain again;
    for (const auto& commit : repairs.commits) {
        world.content.discard_damaged(commit);
        try {
            const auto& releases = repairs.change.snapshot.releases;
            const auto found = std::ranges::find_if(
                releases, [&](const auto& known) { return known.second.release.tree.commit == commit; });
            if (found == releases.end()) {
                throw Error(Code::not_found, "no repository has it: it is a base's");
            }
            plan::Plan one;
            one.prepare.emplace_back(plan::FetchCommit{found->second});
            const auto prepared = engine::prepare(one, world.content, world.volumes, fetcher, world.progress);
            engine::add(again.imported, prepared.imported);
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::no_space) {
                throw;
            }
            again.lost.push_back("commit " + commit.hex() + ": " + error.what());
        }
    }
    return again;
}

} // namespace

Repairs prepare_restore(World& world)
{
    auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    // What it fetches is pinned by manifests that were accepted long ago: no repository has to vouch for it again.
    auto catalog = std::make_unique<Catalog>(world, snapshot, Reach::offline);
    Repairs repairs{{std::move(snapshot), {}, {}, 0, 0, std::move(catalog)}, world.content.lost_attributes(), {}, {}};
    if (repairs.attributes == 0) {
        find_damage(world, repairs);
    }
    repairs.change.plan = plan_without(repairs.change.snapshot, repairs.volumes);
    return repairs;
}

engine::Prepared apply_restore(World& world, Repairs& repairs)
{
    if (repairs.attributes > 0) {
        world.content.mend_attributes();
        find_damage(world, repairs);
        repairs.change.plan = plan_without(repairs.change.snapshot, repairs.volumes);
    }
    Fetching fetching(world, repairs.change);
    const auto fetcher = [&](const KnownRelease& release) -> Fetcher& { return fetching.fetcher(release); };
    const auto again = fetch_again(world, repairs, fetcher);
    for (const auto& volume : repairs.volumes) {
        world.volumes.remove(volume);
    }
    restore_bases(world, repairs.change.snapshot);
    auto prepared = engine::prepare(repairs.change.plan, world.content, world.volumes, fetcher, world.progress);
    engine::add(prepared.imported, again.imported);
    if (!again.lost.empty()) {
        throw Error(Code::partly,
                    "restored, but for " + std::to_string(again.lost.size()) + ": " + text::join(again.lost, "; "),
                    "build or import a base again; for an app import a bundle that holds it");
    }
    return prepared;
}

} // namespace qpkg::app
