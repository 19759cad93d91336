// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/cost.hpp"
#include "app/use/query.hpp"
#include "plan/activation.hpp"
#include "plan/garbage.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

std::string composed_words(const Qube& qube, const Generation& generation)
{
    const auto count = generation.bindings.size();
    return std::to_string(count) + (count == 1 ? " app of " : " apps of ") + qube.name.text();
}

/// What each volume that is needed is for.
std::map<VolumeId, VolumeUse> volumes_in_use(const Snapshot& snapshot)
{
    std::map<VolumeId, VolumeUse> uses;
    for (const auto& base : snapshot.bases) {
        uses.try_emplace(base.volume,
                         VolumeUse{base.id.text(), release_word(base), base.volume, base.volume_size, 0, {}});
    }
    for (const auto& [id, known] : snapshot.releases) {
        const auto& release = known.release;
        uses.try_emplace(
            release.volume.root,
            VolumeUse{release.app.text(), release.version, release.volume.root, release.volume.size, 0, {}});
    }
    for (const auto& qube : snapshot.qubes) {
        if (const auto* base = snapshot.base_of(qube.base())) {
            uses.at(base->volume).users.push_back(qube.name.text());
        }
        for (const auto& generation : qube.generations) {
            if (generation.composed) {
                uses.try_emplace(
                    *generation.composed,
                    VolumeUse{composed_words(qube, generation), "composed", *generation.composed, 0, 0, {}});
            }
        }
        std::set<VolumeId> used;
        for (const auto& slot : plan::slots_of(snapshot, qube.current_generation())) {
            for (const auto& volume : slot.base ? std::vector{slot.volume, *slot.base} : std::vector{slot.volume}) {
                if (used.insert(volume).second) {
                    uses.at(volume).users.push_back(qube.name.text());
                }
            }
        }
    }
    return uses;
}

/// That no generation needs and that are not here: of releases that were imported and never installed, or that only
/// composed volumes hold.
std::set<VolumeId> volumes_to_come(const Snapshot& snapshot)
{
    const auto needed = plan::needed_volumes(snapshot);
    std::set<VolumeId> volumes;
    for (const auto& [id, known] : snapshot.releases) {
        const auto& volume = known.release.volume.root;
        if (!std::ranges::binary_search(needed, volume) && !std::ranges::binary_search(snapshot.volumes, volume)) {
            volumes.insert(volume);
        }
    }
    return volumes;
}

/// Links that running qubes' loop devices lie on, and that are the last name of their image.
std::uint64_t held_by_links(const std::filesystem::path& directory)
{
    std::uint64_t bytes = 0;
    std::error_code absent;
    for (std::filesystem::recursive_directory_iterator link(directory, absent), end; link != end;
         link.increment(absent)) {
        struct stat info {};
        if (::lstat(link->path().c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1) {
            bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
        }
    }
    return bytes;
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
    use.detaching = held_by_links(world.root / "attached");
    use.images += use.detaching;
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
    for (const auto& [id, known] : snapshot.releases) {
        commits.emplace(known.release.tree.commit, known.release.app.text());
    }
    return commits;
}

/// That the composed volume of a qube is what its apps' commits make, each at its place.
template <class Judge>
void judge_composed(World& world, const Snapshot& snapshot, const Qube& qube, const Judge& judge)
{
    const auto& generation = qube.current_generation();
    if (!generation.composed) {
        return;
    }
    std::vector<VolumePart> parts;
    for (const auto& binding : generation.bindings) {
        parts.push_back({snapshot.release(binding.release).release.tree.commit, composed_place(binding.app)});
    }
    std::string problem;
    try {
        if (world.volumes.measure(parts).root != *generation.composed) {
            problem = "the volume of " + qube.name.text() + " is not made from it";
        }
    } catch (const Error& error) {
        problem = error.what();
    }
    for (const auto& binding : generation.bindings) {
        const auto& commit = snapshot.release(binding.release).release.tree.commit;
        judge("app", short_name(binding.app) + " in " + qube.name.text(), commit.hex(), [&] {
            if (!problem.empty()) {
                throw Error(Code::corrupt, problem);
            }
        });
    }
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
    for (const auto& [id, known] : snapshot.releases) {
        const auto& details = known.release.details.sha256;
        judge("details", known.release.app.text(), details.hex(), [&] { world.content.read_details(details); });
    }
    for (const auto& base : snapshot.bases) {
        if (base.release) {
            continue; // told with its release
        }
        // Where they were lost nothing is wrong with the base: what fits it is not known.
        if (base.details && world.content.has_details(*base.details)) {
            judge("details", base.id.text(), base.details->hex(), [&] { world.content.read_details(*base.details); });
        }
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
    for (const auto& qube : snapshot.qubes) {
        judge_composed(world, snapshot, qube, judge);
    }
    return verdicts;
}

} // namespace qpkg::app
