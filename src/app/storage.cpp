// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/cost.hpp"
#include "app/query.hpp"
#include "plan/bound.hpp"
#include "plan/garbage.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

/// What each volume that is needed is for.
std::map<VolumeId, VolumeUse> volumes_in_use(const Snapshot& snapshot)
{
    std::map<VolumeId, VolumeUse> uses;
    for (const auto& base : snapshot.bases) {
        uses.try_emplace(base.volume, VolumeUse{base.id.text(), "", base.volume, base.volume_size, 0, {}});
    }
    for (const auto& [id, known] : snapshot.releases) {
        const auto& release = known.release;
        uses.try_emplace(
            release.volume.root,
            VolumeUse{release.app.text(), release.version, release.volume.root, release.volume.size, 0, {}});
    }
    for (const auto& qube : snapshot.qubes) {
        if (qube.base_volume) {
            uses.try_emplace(*qube.base_volume, VolumeUse{qube.base.text(), "older build", *qube.base_volume, 0, 0, {}})
                .first->second.users.push_back(qube.name.text());
        }
        for (const auto& binding : qube.current_generation().bindings) {
            uses.at(snapshot.release(binding.release).release.volume.root).users.push_back(qube.name.text());
        }
    }
    return uses;
}

/// Of releases that were imported and never installed: made when they are.
std::set<VolumeId> volumes_to_come(const Snapshot& snapshot)
{
    const auto bound = plan::bound_releases(snapshot);
    std::set<VolumeId> volumes;
    for (const auto& [id, known] : snapshot.releases) {
        const auto& volume = known.release.volume.root;
        if (!bound.contains(id) && !std::ranges::binary_search(snapshot.volumes, volume)) {
            volumes.insert(volume);
        }
    }
    for (const auto& id : bound) {
        volumes.erase(snapshot.release(id).release.volume.root);
    }
    return volumes;
}

} // namespace

DiskUse disk_use(World& world)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    DiskUse use{};
    for (auto& [volume, entry] : volumes_in_use(snapshot)) {
        if (!std::binary_search(snapshot.volumes.begin(), snapshot.volumes.end(), volume)) {
            continue;
        }
        entry.size = std::filesystem::file_size(world.volumes.path(volume));
        entry.exclusive = world.volumes.exclusive_size(volume);
        use.images += entry.exclusive;
        use.unshared += entry.size;
        use.volumes.push_back(std::move(entry));
    }
    std::sort(use.volumes.begin(), use.volumes.end(),
              [](const VolumeUse& a, const VolumeUse& b) { return a.size > b.size; });
    std::map<Digest, std::uint64_t> objects;
    for (const auto& commit : snapshot.commits) {
        for (const auto& object : world.content.contents(commit)) {
            objects.emplace(object.id, object.size);
        }
    }
    for (const auto& [id, size] : objects) {
        use.objects += size;
    }
    use.reclaimable = reclaimable(world, snapshot, 0);
    return use;
}

namespace {

/// Commits that must be here, with what each is of.
std::map<CommitId, std::string> wanted_commits(const Snapshot& snapshot)
{
    std::map<CommitId, std::string> commits;
    for (const auto& base : snapshot.bases) {
        commits.emplace(base.commit, base.id.text());
    }
    for (const auto& qube : snapshot.qubes) {
        if (qube.base_commit) {
            commits.emplace(*qube.base_commit, qube.base.text());
        }
    }
    for (const auto& [id, known] : snapshot.releases) {
        commits.emplace(known.release.tree.commit, known.release.app.text());
    }
    return commits;
}

} // namespace

std::vector<Verdict> verify(World& world)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    std::vector<Verdict> verdicts;
    const auto judge = [&](const std::string& kind, const std::string& what, const std::string& id, const auto& check) {
        Verdict verdict{kind, what, id, {}};
        try {
            check();
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            verdict.problem = error.what();
        }
        verdicts.push_back(std::move(verdict));
    };

    for (const auto& [commit, what] : wanted_commits(snapshot)) {
        judge("commit", what, commit.hex(), [&] {
            if (!world.content.has_commit(commit)) {
                throw Error(Code::not_found, "it is not in the object store");
            }
            NamedProgress named(world.progress, what);
            world.content.verify(commit, named);
        });
    }
    const auto unmade = volumes_to_come(snapshot);
    for (const auto& [volume, entry] : volumes_in_use(snapshot)) {
        if (unmade.contains(volume)) {
            continue;
        }
        judge("volume", entry.what, volume.hex(), [&] {
            if (!world.volumes.has(volume)) {
                throw Error(Code::not_found, "it is not in the volume store");
            }
            NamedProgress named(world.progress, entry.what);
            world.volumes.verify(volume, named);
        });
    }
    return verdicts;
}

} // namespace qpkg::app
