// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/volume_salvage.hpp"

#include "app/commit_requests.hpp"
#include "app/scratch.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/model/volume_slot.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {
namespace {

/// A volume that holds one commit, where in it, and what that may have said of itself: one of these.
struct Source {
    VolumeId volume;
    std::string folder; ///< empty: all of it
    std::vector<std::function<CommitRequest(const std::filesystem::path& tree)>> words;
};

/// When bases of that name are dated. Its record does not say whether it was imported or built.
std::vector<std::int64_t> epochs_of(const World& world, const BaseId& base)
{
    std::vector<std::int64_t> epochs{import_epoch};
    for (const auto& row : world.package_sources) {
        for (const auto& known : row.make()->bases()) {
            if (known.id == base) {
                epochs.push_back(known.epoch);
            }
        }
    }
    return epochs;
}

Source source_of_base(const World& world, const BaseId& base, const VolumeId& volume)
{
    Source source{volume, {}, {}};
    for (const auto epoch : epochs_of(world, base)) {
        source.words.emplace_back([=](const std::filesystem::path& tree) { return base_commit(tree, base, epoch); });
    }
    return source;
}

/// The app's own volume, or one that is composed of it and others.
Source source_of_app(const World& world, const Snapshot& snapshot, const KnownRelease& known)
{
    const auto& release = known.release;
    const auto words = [module = identity_of(release)](const std::filesystem::path& tree) {
        return module_commit(tree, module);
    };
    for (const auto& qube : snapshot.qubes) {
        for (const auto& generation : qube.generations) {
            const bool is_in_it =
                std::ranges::find(generation.bindings, known.id, &Binding::release) != generation.bindings.end();
            if (generation.composed && is_in_it && !world.volumes.has(release.volume.root) &&
                world.volumes.has(*generation.composed)) {
                return {*generation.composed, composed_place(release.app), {words}};
            }
        }
    }
    return {release.volume.root, {}, {words}};
}

std::optional<Source> source_of(const World& world, const Snapshot& snapshot, const CommitId& commit)
{
    for (const auto& [id, known] : snapshot.releases) {
        if (known.release.tree.commit == commit) {
            return source_of_app(world, snapshot, known);
        }
    }
    for (const auto& base : snapshot.bases) {
        if (base.commit == commit) {
            return source_of_base(world, base.id, base.volume);
        }
    }
    return std::nullopt;
}

} // namespace

bool salvage_from_volume(World& world, const Snapshot& snapshot, const CommitId& commit)
{
    const auto source = source_of(world, snapshot, commit);
    if (!source || !world.volumes.has(source->volume)) {
        return false;
    }
    const Scratch scratch(world.root / "build", "salvage-");
    const auto tree = scratch.path() / "tree";
    std::filesystem::create_directory(tree);
    try {
        world.volumes.unpack(source->volume, tree, world.progress);
    } catch (const Error& error) {
        if (error.code() != Code::corrupt) {
            throw;
        }
        log::debug(error.what()); // a damaged volume gives nothing
        return false;
    }
    for (const auto& words : source->words) {
        if (world.content.commit_tree(words(tree / source->folder), world.progress).commit == commit) {
            return true;
        }
    }
    return false;
}

} // namespace qpkg::app
