// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/base.hpp"

#include "app/commit_requests.hpp"
#include "app/make/sources.hpp"
#include "app/scratch.hpp"
#include "build/base_tree.hpp"
#include "build/times.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t space_for_base = std::uint64_t{1}
                                         << 30U; ///< bytes: tree, archive and objects of a minimal root

/// Returns where the root is in `place`, which is made.
fs::path unpack_base(World& world, const fs::path& archive, const fs::path& place)
{
    fs::create_directory(place);
    world.progress.begin("unpack", archive.filename().string(), 0);
    const auto report = world.unpack(archive, place, {}, world.progress);
    auto root = build::find_root(place);
    build::settle_base(root);
    if (const ForeignTree tree(root); const auto* source = source_of(world.package_sources, tree)) {
        source->make()->settle(tree);
    }
    world.progress.end(text::human_size(report.size));
    return root;
}

/// What is known of a base before its tree is committed.
struct Origin {
    BaseId id;
    std::uint64_t level;
    std::int64_t epoch; ///< timestamp of its commit, and of all that was made since `began`
    std::vector<Package> packages;
    timespec began;
};

/// An object that was here already may have been damaged since, and nobody has signed what the volume's root must be:
/// everything is hashed again, and what is damaged is taken from the tree.
VolumeReport volume_of(World& world, const CommitRequest& wanted, const CommitId& commit)
{
    if (world.content.discard_damaged(commit) > 0) {
        world.content.commit_tree(wanted, world.progress);
    }
    const VolumePart part{commit, ""};
    return world.volumes.build({&part, 1}, std::nullopt, world.progress);
}

BaseReport adopt(World& world, Origin origin, const fs::path& tree)
{
    build::settle_times(ForeignTree(tree), origin.began, origin.epoch);
    const auto wanted = base_commit(tree, origin.id, origin.epoch);
    const auto commit = world.content.commit_tree(wanted, world.progress);
    fault_point("base.committed");
    const auto volume = volume_of(world, wanted, commit.commit);
    fault_point("base.volume");
    const Base base{.id = origin.id,
                    .commit = commit.commit,
                    .volume = volume.volume.root,
                    .volume_size = volume.volume.size,
                    .level = origin.level,
                    .created = world.clock.now(),
                    .packages = std::move(origin.packages)};
    const auto snapshot = world.db.snapshot();
    const auto* before = snapshot.find_base(base.id);
    BaseReport report{base, commit.size, volume.shared, before != nullptr && before->volume == base.volume};
    if (report.unchanged) {
        report.base = *before;
        return report;
    }
    const Change change = SetBase{base};
    world.db.commit({&change, 1});
    fault_point("base.recorded");
    return report;
}

} // namespace

BaseId plan_base(const World& world, const BaseRequest& request)
{
    return require_makeable(world.package_sources, request.id).base.id;
}

BaseReport build_base(World& world, const BaseRequest& request, const BeginWriting& begin_writing)
{
    const auto began = build::file_clock();
    const auto [source, known] = require_makeable(world.package_sources, request.id);
    const Scratch scratch(world.root / "build");
    files::require_room(scratch.path(), {space_for_base});
    const auto tar = scratch.path() / "root.tar";
    auto packages = source->make_root({known.id, request.mirror, request.packages, tar}, world.progress);
    const auto tree = unpack_base(world, tar, scratch.path() / "tree");
    fs::remove(tar);
    build::add_guest_files(tree, world.guest_files);
    begin_writing();
    return adopt(world, {known.id, known.level, known.epoch, std::move(packages), began}, tree);
}

BaseReport import_base(World& world, const BaseImport& request, const BeginWriting& begin_writing)
{
    const auto began = build::file_clock();
    const auto wanted = request.id.empty() ? std::nullopt : std::optional(BaseId::require(request.id));
    const Scratch scratch(world.root / "build");
    const auto context = "import " + request.archive.string();
    const auto tree =
        with_context(context, [&] { return unpack_base(world, request.archive, scratch.path() / "tree"); });
    if (wanted) {
        begin_writing();
        return adopt(world, {*wanted, 0, import_epoch, {}, began}, tree);
    }
    const auto root = files::open(tree, O_PATH | O_DIRECTORY);
    const auto found = with_context(context, [&] { return build::identify_base(root); });
    begin_writing();
    return adopt(world, {found.id, found.level, import_epoch, {}, began}, tree);
}

} // namespace qpkg::app
