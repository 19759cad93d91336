// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/base.hpp"

#include "app/commit_requests.hpp"
#include "app/make/base_release.hpp"
#include "app/make/sources.hpp"
#include "app/scratch.hpp"
#include "build/base_details.hpp"
#include "build/base_tree.hpp"
#include "build/os_release.hpp"
#include "build/scan.hpp"
#include "build/times.hpp"
#include "repo-format/repo/details.hpp"
#include "workshop/source_of.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t first_level = 1;
constexpr std::size_t largest_os_release = 64 * 1024; ///< bytes
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
    if (const ForeignTree tree(root); const auto* source = workshop::source_of(world.package_sources, tree)) {
        source->make()->settle(tree);
    }
    world.progress.end(text::human_size(report.size));
    return root;
}

/// What is known of a base before its tree is committed.
struct Origin {
    BaseId id;
    std::optional<std::uint64_t> level; ///< that somebody asked for
    std::int64_t epoch;                 ///< timestamp of its commit, and of all that was made since `began`
    timespec began;
    fs::path out;
    std::vector<Package> packages = {};   ///< where their files are known
    std::string made_of = {};             ///< see MadeBase
    std::vector<std::string> wished = {}; ///< packages that were asked for
    std::optional<Digest> agent = {};
};

std::uint64_t level_of(const Origin& origin, const Base* before)
{
    const auto here = before == nullptr ? first_level : std::max(first_level, before->level); // 0: found again
    if (origin.level && *origin.level < here) {
        throw Error(Code::usage, "base " + origin.id.text() + " is at level " + std::to_string(here) +
                                     " here, and levels only rise");
    }
    return origin.level.value_or(here);
}

/// What the base here said of itself; nothing when that is lost, for which the new one makes up.
std::optional<Details> said_before(const World& world, const Base& before)
{
    try {
        return before.details ? std::optional(parse_details(world.content.read_details(*before.details)))
                              : std::nullopt;
    } catch (const Error& error) {
        log::warning("what base " + before.id.text() + " takes back is not known: " + error.what());
        return std::nullopt;
    }
}

/// Modules that were built on the base here would fit by their details, and not work.
void refuse_taking_back(const World& world, const Base& before, const Details& now, const PackageSource* source)
{
    const auto was = said_before(world, before);
    if (!was) {
        return;
    }
    const auto complaints = build::taken_back(*was, now, [&](std::string_view version, std::string_view than) {
        return source != nullptr && source->is_older(version, than);
    });
    if (!complaints.empty()) {
        const auto more = complaints.size() > 1 ? " and " + std::to_string(complaints.size() - 1) + " more" : "";
        throw Error(Code::conflict,
                    "base " + before.id.text() +
                        " would take back what the one here gives: " + text::escaped(complaints.front(), 200) + more,
                    "what takes something back begins a level: --level " + std::to_string(before.level + 1));
    }
}

/// An object that was here already may have been damaged since, and nobody has signed what the volume's root must be:
/// everything is hashed again, and what is damaged is taken from the tree.
CommitSummary commit_whole(World& world, const CommitRequest& wanted)
{
    const auto commit = world.content.commit_tree(wanted, world.progress);
    if (world.content.discard_damaged(commit.commit) > 0) {
        world.content.commit_tree(wanted, world.progress);
    }
    fault_point("base.committed");
    return commit;
}

VolumeReport volume_of(World& world, const CommitId& commit)
{
    const VolumePart part{commit, ""};
    auto report = world.volumes.build({&part, 1}, std::nullopt, world.progress);
    fault_point("base.volume");
    return report;
}

/// Keeps what the base says of itself. Nothing when a root is so large that no details hold it, and nobody wants to
/// publish it: it is a base all the same, of which is not known what fits.
std::optional<std::string> keep_details(World& world, const Origin& origin, const Details& details)
{
    std::string bytes;
    try {
        bytes = encode_details(details);
    } catch (const Error& error) {
        if (error.code() != Code::no_space || !origin.out.empty()) {
            throw;
        }
        log::warning("what fits base " + origin.id.text() + " will not be known: " + error.what());
        return std::nullopt;
    }
    world.content.add_details(bytes);
    fault_point("base.details");
    return bytes;
}

/// What the committed tree says of itself. `before` is the base here, where this one is of the same level.
build::BaseTables describe(World& world, const Origin& origin, const ForeignTree& tree, const CommitId& commit,
                           const Base* before)
{
    const auto* row = workshop::source_of(world.package_sources, tree);
    const auto source = row == nullptr ? nullptr : row->make();
    const auto installed = source == nullptr ? std::vector<InstalledPackage>() : source->describe(tree);
    const auto committed = world.content.open_commit(commit);
    auto tables = build::describe_base(tree, build::files_in(committed->tree()), origin.packages, installed);
    for (const auto& finding : tables.findings) {
        log::debug(finding.path + ": " + finding.detail);
    }
    if (before != nullptr) {
        refuse_taking_back(world, *before, tables.details, source.get());
    }
    return tables;
}

fs::path lay_down(World& world, const Origin& origin, const Base& base, const CommitSummary& commit,
                  const ForeignTree& tree, const std::string& details, std::string owners)
{
    const auto os_release = build::read_in_root(tree.top(), "/etc/os-release", largest_os_release);
    return lay_down(world,
                    {.base = base,
                     .commit = commit,
                     .epoch = origin.epoch,
                     .distribution = build::os_release_value(os_release, "PRETTY_NAME"),
                     .version = build::os_release_value(os_release, "VERSION_ID"),
                     .made_of = origin.made_of,
                     .packages = origin.wished,
                     .agent = origin.agent,
                     .details = details,
                     .owners = std::move(owners)},
                    origin.out);
}

BaseReport adopt(World& world, const Origin& origin, const fs::path& directory)
{
    const ForeignTree tree(directory);
    build::settle_times(tree, origin.began, origin.epoch);
    const auto commit = commit_whole(world, base_commit(directory, origin.id, origin.epoch));
    const auto snapshot = world.db.snapshot();
    const auto* before = snapshot.find_base(origin.id);
    const auto level = level_of(origin, before);
    const bool follows = before != nullptr && before->level == level;
    auto tables = describe(world, origin, tree, commit.commit, follows ? before : nullptr);
    const auto details = keep_details(world, origin, tables.details);
    const auto volume = volume_of(world, commit.commit);
    const Base base{.id = origin.id,
                    .commit = commit.commit,
                    .volume = volume.volume.root,
                    .volume_size = volume.volume.size,
                    .level = level,
                    .created = world.clock.now(),
                    .packages = origin.packages,
                    .details = details ? std::optional(sha256(*details)) : std::nullopt,
                    .number = before == nullptr ? 1 : before->number + 1};
    BaseReport report{base, commit.size, volume.shared,
                      follows && before->volume == base.volume && before->details == base.details};
    if (!origin.out.empty()) {
        report.directory = lay_down(world, origin, base, commit, tree, *details, std::move(tables.owners));
    }
    if (report.unchanged) {
        report.base = *before;
        return report;
    }
    const Change change = SetBase{base};
    world.db.commit({&change, 1});
    fault_point("base.recorded");
    return report;
}

/// The id that a base gets, before the work: one that is to be published has a namespace.
BaseId checked(const BaseId& id, const fs::path& out)
{
    if (!out.empty()) {
        published_id(id);
    }
    return id;
}

BaseId id_of(const BaseRequest& request, const KnownBase& known)
{
    return checked(BaseId::require(request.as.empty() ? local_id(known.id) : request.as), request.out);
}

const fs::path& require_file(const fs::path& file)
{
    if (!fs::is_regular_file(file)) {
        throw Error(Code::not_found, "there is no file " + file.string());
    }
    return file;
}

} // namespace

BaseId plan_base(const World& world, const BaseRequest& request)
{
    return id_of(request, require_makeable(world.package_sources, request.id).base);
}

BaseReport build_base(World& world, const BaseRequest& request, const BeginWriting& begin_writing)
{
    const auto began = build::file_clock();
    const auto [source, known] = require_makeable(world.package_sources, request.id);
    const auto id = id_of(request, known);
    const Scratch scratch(world.root / "build");
    files::require_room(scratch.path(), {space_for_base});
    const auto tar = scratch.path() / "root.tar";
    const auto keyring = request.keyring.empty() ? fs::path() : fs::canonical(require_file(request.keyring));
    auto packages = source->make_root({known.id, request.mirror, request.packages, tar, keyring}, world.progress);
    const auto tree = unpack_base(world, tar, scratch.path() / "tree");
    fs::remove(tar);
    const auto agent = build::add_guest_files(tree, world.guest_files);
    begin_writing();
    return adopt(world,
                 {.id = id,
                  .level = request.level,
                  .epoch = known.epoch,
                  .began = began,
                  .out = request.out,
                  .packages = std::move(packages),
                  .made_of = known.id.text(),
                  .wished = request.packages,
                  .agent = agent},
                 tree);
}

BaseReport import_base(World& world, const BaseImport& request, const BeginWriting& begin_writing)
{
    const auto began = build::file_clock();
    const auto wanted =
        request.id.empty() ? std::nullopt : std::optional(checked(BaseId::require(request.id), request.out));
    const Scratch scratch(world.root / "build");
    const auto context = "import " + request.archive.string();
    const auto tree =
        with_context(context, [&] { return unpack_base(world, request.archive, scratch.path() / "tree"); });
    const auto root = files::open(tree, O_PATH | O_DIRECTORY);
    const auto id =
        wanted ? *wanted : with_context(context, [&] { return checked(build::identify_base(root), request.out); });
    begin_writing();
    return adopt(world, {.id = id, .level = request.level, .epoch = import_epoch, .began = began, .out = request.out},
                 tree);
}

} // namespace qpkg::app
