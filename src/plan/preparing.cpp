// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/preparing.hpp"

#include <algorithm>

namespace qpkg::plan {

void Preparing::fetch(const KnownRelease& release)
{
    if (fetched_.insert(release.id).second) {
        steps_.emplace_back(FetchCommit{release});
    }
}

void Preparing::commit(const KnownRelease& release)
{
    if (!std::ranges::binary_search(snapshot_.commits, release.release.tree.commit)) {
        fetch(release);
    }
}

void Preparing::details(const KnownRelease& release)
{
    if (!std::ranges::binary_search(snapshot_.details, release.release.details.sha256)) {
        fetch(release);
    }
}

void Preparing::separate(const KnownRelease& release)
{
    const auto& volume = release.release.volume.root;
    if (std::ranges::binary_search(snapshot_.volumes, volume)) {
        return;
    }
    commit(release);
    if (built_.insert(volume).second) {
        steps_.emplace_back(BuildVolume{release});
    }
}

void Preparing::composed(const QubeName& qube, std::vector<KnownRelease> releases,
                         const std::optional<VolumeId>& expected)
{
    if (expected && (std::ranges::binary_search(snapshot_.volumes, *expected) || !built_.insert(*expected).second)) {
        return;
    }
    for (const auto& release : releases) {
        commit(release);
    }
    steps_.emplace_back(ComposeVolume{qube, std::move(releases), expected});
}

std::vector<KnownRelease> releases_of(const Snapshot& snapshot, const Generation& generation)
{
    std::vector<KnownRelease> releases;
    for (const auto& binding : generation.bindings) {
        releases.push_back(snapshot.release(binding.release));
    }
    return releases;
}

void prepare_generation(Preparing& preparing, const Snapshot& snapshot, const QubeName& qube,
                        const Generation& generation)
{
    auto releases = releases_of(snapshot, generation);
    if (generation.composed) {
        preparing.composed(qube, std::move(releases), generation.composed);
        return;
    }
    for (const auto& release : releases) {
        preparing.separate(release);
    }
}

} // namespace qpkg::plan
