// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_tree.hpp"

#include "build/linked_places.hpp"
#include "build/os_release.hpp"
#include "build/scan.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_os_release = 64 * 1024;

constexpr std::array<const char*, 8> emptied_places{"dev", "proc",    "run",     "sys",
                                                    "tmp", "var/tmp", "var/log", "var/cache/ldconfig"};
constexpr std::array<const char*, 12> removed_files{
    "etc/.pwd.lock", "etc/group-",      "etc/gshadow-", "etc/hostname", "etc/hosts",   "etc/machine-id",
    "etc/passwd-",   "etc/resolv.conf", "etc/shadow-",  "etc/subgid-",  "etc/subuid-", "var/lib/dbus/machine-id"};
constexpr std::array<const char*, 12> places_to_mount{"dev",  "etc", "home", "media", "mnt", "proc",
                                                      "root", "run", "rw",   "sys",   "tmp", "var"};

constexpr std::size_t largest_guest_file = 256 * 1024 * 1024;

ForeignTree guest_tree(const fs::path& directory)
{
    try {
        return ForeignTree(directory);
    } catch (const Error& error) {
        throw Error(error.code(), "there are no files for the root of a qube at " + directory.string(),
                    "they are installed with qpkg");
    }
}

bool holds_programs(const ForeignTree& tree, const std::string& top)
{
    // A root without the merge into /usr has both; one with it has /bin as a link.
    return tree.has_directory(top + "/usr/bin") || tree.has_directory(top + "/bin");
}

} // namespace

fs::path find_root(const fs::path& unpacked)
{
    const ForeignTree tree(unpacked);
    if (holds_programs(tree, "")) {
        return unpacked;
    }
    const auto tops = tree.list("");
    const auto inner =
        std::ranges::find_if(tops, [&](const ForeignTree::Entry& top) { return holds_programs(tree, top.path); });
    if (inner != tops.end() && tops.size() == 1) {
        return unpacked / fs::path(inner->path).relative_path();
    }
    if (inner != tops.end()) {
        throw Error(Code::corrupt,
                    "it is no root file system itself: " + text::escaped(inner->path) + " in it is one, beside others",
                    "pack that folder alone: tar -C FOLDER -cf ROOT.tar .");
    }
    throw Error(Code::corrupt, "it is no root file system: it has neither /usr/bin nor /bin",
                "pack the root itself: tar -C ROOT -cf ROOT.tar .");
}

void settle_base(const fs::path& directory)
{
    const ForeignTree tree(directory);
    for (const auto* place : emptied_places) {
        tree.remove(place);
        tree.make_directories(place);
    }
    for (const auto* file : removed_files) {
        tree.remove(file);
    }
    turn_links_round(tree);
    for (const auto* place : places_to_mount) {
        tree.make_directories(place);
    }
    tree.set_mode("", 0755);
}

Digest add_guest_files(const fs::path& directory, const fs::path& guest_files)
{
    const ForeignTree tree(directory);
    const auto guest = guest_tree(guest_files);
    std::set<std::string> rows; // whatever order a directory has on this disk
    guest.walk("", [&](const ForeignTree::Entry& entry) {
        const auto& [path, info] = entry;
        if (S_ISDIR(info.st_mode)) {
            tree.make_directories(path);
            return;
        }
        tree.remove(path);
        if (S_ISLNK(info.st_mode)) {
            tree.make_symlink(path, guest.read_link(path));
            rows.insert("link " + path + ' ' + guest.read_link(path) + '\n');
            return;
        }
        const auto content = guest.read(path, largest_guest_file);
        const bool is_program = (info.st_mode & S_IXUSR) != 0;
        tree.write(path, content, is_program ? 0755 : 0644);
        rows.insert((is_program ? "program " : "file ") + path + ' ' + sha256(content).hex() + '\n');
    });
    Sha256 digest;
    std::ranges::for_each(rows, [&](const std::string& row) { digest.update(row); });
    return digest.finish();
}

BaseId identify_base(const Fd& root)
{
    const auto os_release = read_in_root(root, "/etc/os-release", largest_os_release);
    const auto id = os_release_value(os_release, "ID");
    const auto version = os_release_value(os_release, "VERSION_ID");
    const auto base = BaseId::parse(version.empty() ? id : id + '-' + version);
    if (!base) {
        throw Error(Code::corrupt, "it has no /etc/os-release that names a distribution", "name it: --id NAME");
    }
    return *base;
}

} // namespace qpkg::build
