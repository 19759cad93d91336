// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_tree.hpp"

#include "build/apt_text.hpp"
#include "build/scan.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/text.hpp"

#include <array>
#include <charconv>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_os_release = 64 * 1024;

constexpr std::array<const char*, 11> emptied_places{"dev",
                                                     "proc",
                                                     "run",
                                                     "sys",
                                                     "tmp",
                                                     "var/tmp",
                                                     "var/log",
                                                     "var/cache/apt",
                                                     "var/lib/apt/lists",
                                                     "var/cache/ldconfig",
                                                     "var/cache/debconf"};
constexpr std::array<const char*, 14> removed_files{"etc/.pwd.lock",     "etc/group-",
                                                    "etc/gshadow-",      "etc/hostname",
                                                    "etc/hosts",         "etc/machine-id",
                                                    "etc/passwd-",       "etc/resolv.conf",
                                                    "etc/shadow-",       "etc/subgid-",
                                                    "etc/subuid-",       "var/lib/dbus/machine-id",
                                                    "var/lib/dpkg/lock", "var/lib/dpkg/lock-frontend"};
constexpr std::array<const char*, 12> places_to_mount{"dev",  "etc", "home", "media", "mnt", "proc",
                                                      "root", "run", "rw",   "sys",   "tmp", "var"};
/// apt and the programs of a qube expect these.
constexpr std::array<const char*, 4> expected_directories{"var/cache/apt/archives/partial", "var/lib/apt/lists/partial",
                                                          "var/log/apt", "var/tmp"};

} // namespace

const std::vector<KnownBase>& known_bases()
{
    static const std::vector<KnownBase> bases{{BaseId::require("debian-12"), "bookworm", 12, 1'686'355'200},
                                              {BaseId::require("debian-13"), "trixie", 13, 1'754'697'600}};
    return bases;
}

void settle_base(const fs::path& tree)
{
    for (const auto* place : emptied_places) {
        fs::remove_all(tree / place);
        make_directories_in(tree, place);
    }
    for (const auto* file : removed_files) {
        fs::remove(tree / file);
    }
    for (const auto* place : places_to_mount) {
        make_directories_in(tree, place);
    }
    if (fs::exists(tree / "var/lib/dpkg")) {
        for (const auto* place : expected_directories) {
            make_directories_in(tree, place);
        }
    }
    fs::permissions(tree, fs::perms{0755});
}

void add_guest_files(const fs::path& tree, const fs::path& guest)
{
    if (!fs::is_directory(guest)) {
        throw Error(Code::not_found, "there are no files for the root of a qube at " + guest.string(),
                    "they are installed with qpkg");
    }
    for (const auto& entry : fs::recursive_directory_iterator(guest)) {
        const auto place = tree / entry.path().lexically_relative(guest);
        const auto there = fs::symlink_status(place);
        if (entry.is_directory() && !entry.is_symlink()) {
            if (fs::exists(there) && !fs::is_directory(there)) {
                throw Error(Code::corrupt, "the root has no directory /" + place.lexically_relative(tree).string());
            }
            make_directories_in(tree, place.lexically_relative(tree));
            continue;
        }
        fs::remove(place);
        fs::copy(entry.path(), place, fs::copy_options::copy_symlinks);
        if (!entry.is_symlink()) {
            const bool runs = (entry.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
            fs::permissions(place, fs::perms(runs ? 0755 : 0644));
        }
    }
}

BaseIdentity identify_base(const Fd& root)
{
    const auto os_release = read_in_root(root, "/etc/os-release", largest_os_release);
    const auto id = os_release_value(os_release, "ID");
    const auto version = os_release_value(os_release, "VERSION_ID");
    const auto base = BaseId::parse(version.empty() ? id : id + '-' + version);
    if (!base) {
        throw Error(Code::corrupt, "it has no /etc/os-release that names a distribution", "name it: --id NAME");
    }
    std::uint64_t level = 0;
    std::from_chars(version.data(), version.data() + version.size(), level); // a rolling distribution has none
    return {*base, level};
}

} // namespace qpkg::build
