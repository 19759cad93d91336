// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/base.hpp"

#include "adapters/apt/apt_text.hpp"
#include "app/scratch.hpp"
#include "build/base_tree.hpp"
#include "build/recipe.hpp"
#include "build/scan.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t space_for_base = std::uint64_t{1}
                                         << 30U; ///< bytes: tree, archive and objects of a minimal root
constexpr std::size_t largest_list = 16 * 1024 * 1024;
/// The same archive gives the same commit: an archive has no date of its own that says anything.
constexpr std::int64_t import_epoch = 1'000'000'000;

const build::KnownBase& require_known(const std::string& typed)
{
    std::vector<std::string> names;
    for (const auto& known : build::known_bases()) {
        if (known.id.text() == typed) {
            return known;
        }
        names.push_back(known.id.text());
    }
    throw Error(
        Code::not_found, "qpkg does not know how to build a base \"" + text::escaped(typed) + '"',
        text::hint_for(typed, names,
                       "it knows " + text::join(names, ", ") + "; others can be imported: qpkg base import TAR"));
}

/// Runs in the new root, where apt still has its lists: which packages are there, with the digests of their files.
constexpr const char* list_packages =
    R"(--customize-hook=chroot "$1" sh -c 'apt-cache show $(dpkg-query -W -f "\${binary:Package}=\${Version} ")' > "$QPKG_RECORDS")";

std::string included_packages(const BaseRequest& request)
{
    std::string names = "ca-certificates,netbase,procps";
    for (const auto& package : request.packages) {
        if (!build::is_package_name(package)) {
            throw Error(Code::usage, '"' + text::escaped(package) + "\" is no name of a package");
        }
        names += ',' + package;
    }
    return names;
}

std::vector<std::string> bootstrap_command(const build::KnownBase& known, const BaseRequest& request,
                                           const fs::path& tar)
{
    // In a pid namespace of its own: when qpkg is killed, nothing of it goes on. In a session of its own: no package's
    // script can type into the caller's terminal.
    std::vector<std::string> argv{
        "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "setsid", "--wait", "mmdebstrap",
        "--mode=root", "--variant=minbase", "--format=tar", "--skip=output/mknod",
        "--include=" + included_packages(request), R"(--aptopt=APT::Sandbox::User "root")",
        // The ordinary user whose programs the qube runs.
        R"(--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash --uid 1000 user)", list_packages,
        known.suite, tar.string()};
    if (!request.mirror.empty()) {
        argv.push_back(request.mirror);
    }
    return argv;
}

/// The lines of mmdebstrap's complaints that say something to people: of apt and dpkg, not of the programs around them.
std::string reason_of(const std::string& errors)
{
    std::vector<std::string> complaints;
    for (const auto& line : text::split(errors, '\n')) {
        const bool is_complaint =
            line.starts_with("E: ") || line.starts_with("W: Failed") || line.starts_with("dpkg: error");
        if (is_complaint && line.find("apt-get update") == std::string::npos &&
            line.find("mmdebstrap") == std::string::npos) {
            complaints.push_back(line);
        }
    }
    complaints.resize(std::min<std::size_t>(complaints.size(), 2));
    return complaints.empty() ? "mmdebstrap failed" : text::escaped(text::join(complaints, "; "), 600);
}

/// A root file system as a tar, and what it consists of.
std::vector<Package> bootstrap(const build::KnownBase& known, const BaseRequest& request, const fs::path& tar,
                               Progress& progress)
{
    const auto scratch = tar.parent_path();
    const auto records = scratch / "records";
    for (const auto* part : {"temporary", "nothing", "upper", "work"}) {
        fs::create_directory(scratch / part);
    }
    progress.begin("bootstrap", known.id.text(), 0);
    const Command command{.argv = bootstrap_command(known, request, tar),
                          .environment = {{"SOURCE_DATE_EPOCH", std::to_string(known.epoch)},
                                          {"TMPDIR", (scratch / "temporary").string()},
                                          {"QPKG_RECORDS", records.string()},
                                          {"LC_ALL", "C.UTF-8"}},
                          .directory = {},
                          .input = {},
                          .on_line = {},
                          .in_child = [&] {
                              // dpkg syncs each file; an overlay can leave that out, and a build that is cut off is
                              // lost anyway.
                              mounts::enter_private_namespace();
                              mounts::mount_overlay(
                                  scratch / "temporary", {scratch / "nothing"},
                                  mounts::OverlayChanges{scratch / "upper", scratch / "work", mounts::Flush::never});
                          }};
    const auto result = run(command);
    if (result.status != 0) {
        throw Error(Code::failed, "build base " + known.id.text() + ": " + reason_of(result.errors),
                    "its packages come from " +
                        (request.mirror.empty() ? "Debian's own mirrors" : text::escaped(request.mirror)));
    }
    auto packages = build::parse_package_records(files::read(records, largest_list));
    progress.end(std::to_string(packages.size()) + " packages");
    return packages;
}

/// Returns where the root is in `place`, which is made.
fs::path unpack_base(World& world, const fs::path& archive, const fs::path& place)
{
    fs::create_directory(place);
    world.progress.begin("unpack", archive.filename().string(), 0);
    const auto report = world.unpack(archive, place, {}, world.progress);
    auto root = build::find_root(place);
    build::settle_base(root);
    world.progress.end(text::human_size(report.size));
    return root;
}

/// What is known of a base before its tree is committed.
struct Origin {
    BaseId id;
    std::uint64_t level;
    std::int64_t epoch; ///< timestamp of its commit
    std::vector<Package> packages;
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
    const auto arch = native_arch();
    const CommitRequest wanted{.tree = tree,
                               .ref = "base/" + origin.id.text() + '/' + arch.text(),
                               .subject = origin.id.text(),
                               .timestamp = origin.epoch,
                               .metadata = {{"qpkg.arch", arch.text()}, {"qpkg.base", origin.id.text()}}};
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

BaseReport build_base(World& world, const BaseRequest& request, const BeginWriting& begin_writing)
{
    const auto& known = require_known(request.id);
    const Scratch scratch(world.root / "build");
    files::require_room(scratch.path(), {space_for_base});
    const auto tar = scratch.path() / "root.tar";
    auto packages = bootstrap(known, request, tar, world.progress);
    const auto tree = unpack_base(world, tar, scratch.path() / "tree");
    fs::remove(tar);
    build::add_guest_files(tree, world.guest_files);
    begin_writing();
    return adopt(world, {known.id, known.level, known.epoch, std::move(packages)}, tree);
}

BaseReport import_base(World& world, const BaseImport& request, const BeginWriting& begin_writing)
{
    const auto wanted = request.id.empty() ? std::nullopt : std::optional(BaseId::require(request.id));
    const Scratch scratch(world.root / "build");
    const auto context = "import " + request.archive.string();
    const auto tree =
        with_context(context, [&] { return unpack_base(world, request.archive, scratch.path() / "tree"); });
    if (wanted) {
        begin_writing();
        return adopt(world, {*wanted, 0, import_epoch, {}}, tree);
    }
    const auto root = files::open(tree, O_PATH | O_DIRECTORY);
    const auto found = with_context(context, [&] { return build::identify_base(root); });
    begin_writing();
    return adopt(world, {found.id, found.level, import_epoch, {}}, tree);
}

} // namespace qpkg::app
