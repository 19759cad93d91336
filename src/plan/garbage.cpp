// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/garbage.hpp"

#include "plan/activation.hpp"
#include "plan/bound.hpp"
#include "plan/commits.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace qpkg::plan {
namespace {

/// Numbers of the generations of `qube` that may go, ascending.
std::vector<std::uint64_t> old_generations(const Qube& qube, std::size_t keep)
{
    std::vector<std::uint64_t> others;
    for (const auto& generation : qube.generations) {
        if (generation.number != qube.current) {
            others.push_back(generation.number);
        }
    }
    others.resize(others.size() - std::min(keep, others.size()));
    return others;
}

/// Some qube's features say so, whether that qube is recorded or not.
bool is_named(const Snapshot& snapshot, const Release& release)
{
    return std::ranges::any_of(snapshot.named, [&](const VolumeSlot& slot) {
        return slot.volume == release.volume.root || (slot.app == release.app && slot.version == release.version);
    });
}

/// By some generation of some qube, for itself or for the view of an app.
std::set<CommitId> named_bases(const Snapshot& snapshot)
{
    std::set<CommitId> named;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& generation : qube.generations) {
            if (generation.base.commit) {
                named.insert(*generation.base.commit);
            }
            for (const auto& binding : generation.bindings) {
                if (binding.own_base) {
                    named.insert(*binding.own_base);
                }
            }
        }
    }
    return named;
}

} // namespace

std::vector<VolumeId> needed_volumes(const Snapshot& snapshot)
{
    std::set<VolumeId> needed;
    for (const auto& base : snapshot.bases) {
        needed.insert(base.volume);
    }
    for (const auto& qube : snapshot.qubes) {
        for (const auto& generation : qube.generations) {
            for (const auto& slot : slots_of(snapshot, generation)) {
                needed.insert(slot.volume);
            }
        }
    }
    for (const auto& slot : snapshot.named) {
        needed.insert(slot.volume);
    }
    return {needed.begin(), needed.end()};
}

Garbage plan_gc(const Snapshot& snapshot, const Keeping& keeping)
{
    Garbage garbage;
    auto remaining = snapshot;
    for (auto& qube : remaining.qubes) {
        if (!keeping.only.empty() && std::ranges::find(keeping.only, qube.name) == keeping.only.end()) {
            continue;
        }
        const auto old = old_generations(qube, keeping.keep);
        if (!old.empty()) {
            garbage.changes.emplace_back(DropGenerations{qube.name, old});
        }
        const auto is_old = [&](const Generation& generation) {
            return std::binary_search(old.begin(), old.end(), generation.number);
        };
        std::erase_if(qube.generations, is_old);
    }

    const auto named = named_bases(remaining);
    for (const auto& base : snapshot.bases) {
        if (!named.contains(base.commit) && *snapshot.find_base(base.id) != base) {
            garbage.changes.emplace_back(RemoveBase{base.commit});
            std::erase(remaining.bases, base);
        }
    }
    const auto bound = bound_releases(remaining);
    for (const auto& [id, known] : snapshot.releases) {
        if (!bound.contains(id) && !is_named(snapshot, known.release)) {
            garbage.changes.emplace_back(ForgetRelease{id});
            remaining.releases.erase(id);
        }
    }
    auto content = plan_leftovers(remaining);
    garbage.kept_commits = std::move(content.kept_commits);
    garbage.kept_details = std::move(content.kept_details);
    garbage.volumes = std::move(content.volumes);
    return garbage;
}

Garbage plan_leftovers(const Snapshot& snapshot)
{
    Garbage garbage;
    garbage.kept_commits = needed_commits(snapshot);
    garbage.kept_details = needed_details(snapshot);
    const auto needed = needed_volumes(snapshot);
    std::set_difference(snapshot.volumes.begin(), snapshot.volumes.end(), needed.begin(), needed.end(),
                        std::back_inserter(garbage.volumes));
    return garbage;
}

} // namespace qpkg::plan
