// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/cost.hpp"

#include "app/use/adoption.hpp"
#include "plan/activation.hpp"
#include "plan/delta.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>

namespace qpkg::app {
namespace {

/// Volume metadata and tails that no object shares: 2–3 % of the size, here rounded up to a twentieth.
constexpr std::uint64_t metadata_share = 20;

/// Volumes with their plans, indexes and what SQLite makes beside a change.
constexpr std::uint64_t files_of_a_change = 16;

struct ContentCost {
    std::uint64_t missing; ///< bytes of content that is not here
    std::uint64_t download;
    bool exact;          ///< of the download
    std::uint64_t files; ///< inodes
};

/// The delta's files, and what it makes beside what is imported from that.
std::uint64_t scratch_of(const DeltaSummary& delta) { return delta.size + delta.content_size; }

ContentCost content_cost(World& world, const plan::FetchCommit& step, Fetcher& fetcher)
{
    const auto& tree = step.release.release.tree;
    const ImportLimits limits{tree.objects, tree.size, step.release.release.inputs.source_date_epoch};
    const auto estimate = world.content.estimate(tree.commit, limits, fetcher);
    std::uint64_t present = 0;
    for (const auto& object : estimate.present) {
        present += object.size;
    }
    const auto missing = tree.size - std::min(present, tree.size);
    const auto ratio = tree.size == 0 ? 0.0 : static_cast<double>(tree.archive_size) / static_cast<double>(tree.size);
    return {missing, static_cast<std::uint64_t>(static_cast<double>(missing) * ratio), missing == 0,
            tree.objects - std::min<std::uint64_t>(estimate.present.size(), tree.objects)};
}

/// Bundles carry details as they are.
std::uint64_t download_of_details(const World& world, const Release& release, const Fetcher& fetcher)
{
    if (world.content.has_details(release.details.sha256)) {
        return 0;
    }
    return fetcher.content_form() == ContentForm::raw ? release.details.size : release.details.packed_size;
}

/// A release that cannot be had may be left out when it is fetched: until then it costs what its manifest says.
ContentCost fetch_cost(World& world, const plan::FetchCommit& step, const std::optional<DeltaSummary>& delta,
                       PreparedChange& change)
{
    const auto& release = step.release.release;
    try {
        auto& fetcher = change.catalog->fetcher(step.release.repo);
        auto cost = delta ? ContentCost{delta->content_size, delta->size, true, release.tree.objects}
                          : content_cost(world, step, fetcher);
        cost.download += download_of_details(world, release, fetcher);
        return cost;
    } catch (const Error& error) {
        if (!change.replan || error.code() == Code::interrupted || error.code() == Code::bug) {
            throw;
        }
        const auto& tree = release.tree;
        return {tree.size, tree.archive_size + release.details.packed_size, false, tree.objects};
    }
}

std::vector<QubeName> holders(const Snapshot& snapshot, const VolumeId& volume)
{
    std::vector<QubeName> names;
    for (const auto& wanted : plan::wanted_attachments(snapshot)) {
        if (wanted.base == volume ||
            std::ranges::find(wanted.slots, volume, &VolumeSlot::volume) != wanted.slots.end()) {
            names.push_back(wanted.qube);
        }
    }
    return names;
}

} // namespace

std::uint64_t size_of(const plan::ComposeVolume& step)
{
    std::uint64_t size = 0;
    for (const auto& known : step.releases) {
        size += known.release.volume.size;
    }
    return size;
}

bool clones_data(const World& world)
{
    try {
        return world.volumes.placement() == DataPlacement::clone;
    } catch (const Error& error) {
        log::debug(error.what());
        return false;
    }
}

std::uint64_t added_by_volume(std::uint64_t size, bool clones) { return clones ? size / metadata_share : size; }

void estimate_costs(World& world, PreparedChange& change)
{
    std::map<CommitId, ContentCost> fetched;
    std::map<VolumeId, std::uint64_t> built; // bytes that the volume itself adds
    std::uint64_t files_needed = change.plan.prepare.empty() ? 0 : files_of_a_change;
    const bool clones = clones_data(world);
    for (const auto& step : change.plan.prepare) {
        if (const auto* fetch = std::get_if<plan::FetchCommit>(&step)) {
            const auto& commit = fetch->release.release.tree.commit;
            const auto delta =
                world.apply_delta ? plan::choose_delta(fetch->release.release, change.snapshot.commits) : std::nullopt;
            if (delta) {
                change.deltas.emplace(commit, *delta);
                change.disk_needed += scratch_of(*delta);
            }
            const auto cost = fetch_cost(world, *fetch, delta, change);
            fetched.emplace(commit, cost);
            change.disk_needed += cost.missing + fetch->release.release.details.size;
            files_needed += cost.files;
        } else if (const auto* own = std::get_if<plan::BuildVolume>(&step)) {
            const auto& volume = own->release.release.volume;
            built.emplace(volume.root, added_by_volume(volume.size, clones));
            change.disk_needed += built.at(volume.root);
        } else {
            change.disk_needed += added_by_volume(size_of(std::get<plan::ComposeVolume>(step)), clones);
        }
    }
    const auto cost_of = [&](const CommitId& commit, const VolumeId& volume, std::uint64_t size) {
        const auto fetch = fetched.find(commit);
        const auto missing = fetch == fetched.end() ? 0 : fetch->second.missing;
        return Cost{.download = fetch == fetched.end() ? 0 : fetch->second.download,
                    .exact = fetch == fetched.end() || fetch->second.exact,
                    .disk = size,
                    .shared = built.contains(volume) && !clones ? 0 : size - std::min(size, missing),
                    .shared_with = holders(change.snapshot, volume)};
    };
    for (const auto& effect : change.plan.effects) {
        change.costs.push_back(effect.to ? cost_of(effect.to->release.tree.commit, effect.to->release.volume.root,
                                                   effect.to->release.volume.size)
                                         : Cost{});
    }
    for (const auto& base : change.plan.bases) {
        change.base_costs.push_back(cost_of(base.to.commit, base.to.volume, base.to.volume_size));
    }
    const auto free = files::room_at(world.root);
    change.free_space = free.bytes;
    files::require_room(free, {change.disk_needed, files_needed}, world.root);
}

std::uint64_t reclaimable(World& world, Snapshot snapshot, std::size_t keep)
{
    snapshot.named = slots_of_strangers(world, snapshot);
    return size_of(world, plan::plan_gc(snapshot, {keep}));
}

std::uint64_t size_of(World& world, const plan::Garbage& garbage)
{
    std::uint64_t bytes = world.content.prunable({garbage.kept_commits, garbage.kept_details});
    for (const auto& volume : garbage.volumes) {
        bytes += world.volumes.exclusive_size(volume);
    }
    return bytes;
}

} // namespace qpkg::app
