// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_source.hpp"
#include "adapters/apt/apt_text.hpp"
#include "adapters/apt/package_name.hpp"
#include "adapters/apt/version_order.hpp"

#include "qpkg/core/subprocess.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace qpkg::apt {
namespace {

constexpr const char* info_folder = "/var/lib/dpkg/info";
constexpr std::size_t largest_file = 64 * 1024 * 1024; ///< of dpkg's state
constexpr std::size_t read_of_changelog = 1024 * 1024; ///< bytes, packed: its newest entries come first
constexpr std::size_t largest_copyright = 16 * 1024 * 1024;
constexpr std::array<std::string_view, 3> scripts{"preinst", "postinst", "triggers"};

/// The package of "hello-6.1.list" and of "libhello:amd64.postinst".
std::string package_of(const std::string& file)
{
    const auto name = file.substr(0, file.rfind('.'));
    return name.substr(0, name.find(':'));
}

/// Empty when there is no regular file.
std::string read_if_file(const ForeignTree& tree, const std::string& path, std::size_t cap)
{
    const auto info = tree.look(path);
    return info && S_ISREG(info->st_mode) ? tree.read(path, cap) : std::string();
}

/// What a regular file begins with, at most `most` bytes; empty when there is none.
std::string beginning_of(const ForeignTree& tree, const std::string& path, std::size_t most)
{
    const auto info = tree.look(path);
    if (!info || !S_ISREG(info->st_mode)) {
        return {};
    }
    std::string bytes(std::min(most, static_cast<std::size_t>(info->st_size)), '\0');
    const auto file = tree.open_file(path);
    const auto got = ::pread(file.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
}

/// Its newest entries. Empty when there is none, or it is damaged.
std::string changelog_of(const ForeignTree& tree, const std::string& package)
{
    for (const auto* name : {"/changelog.Debian.gz", "/changelog.gz"}) { // the second: of Debian's native packages
        if (const auto packed = beginning_of(tree, "/usr/share/doc/" + package + name, read_of_changelog);
            !packed.empty()) {
            return run({.argv = {"sh", "-c", "gzip -dc 2>/dev/null | { head -c 1048576; cat >/dev/null; }"},
                        .input = packed})
                .output;
        }
    }
    return {};
}

} // namespace

AppId AptSource::app_of(std::string_view package) const
{
    require_package_name(package);
    auto name = std::string(package); // a dot would begin another part of the id
    std::ranges::replace(name, '.', '-');
    return AppId::require("org.debian." + name);
}

bool AptSource::is_older(std::string_view version, std::string_view than) const
{
    return version_order(version, than) < 0;
}

std::vector<InstalledPackage> AptSource::describe(const ForeignTree& changes) const
{
    const auto known = parse_status(read_if_file(changes, "/var/lib/dpkg/status", largest_file));
    std::map<std::string, InstalledPackage> brought;
    for (const auto& [path, info] : changes.list(info_folder)) {
        const auto file = path.substr(path.rfind('/') + 1);
        const auto kind = file.substr(file.rfind('.') + 1);
        const bool is_script = std::ranges::find(scripts, kind) != scripts.end();
        if (!S_ISREG(info.st_mode) || (!is_script && kind != "list")) {
            continue;
        }
        const auto name = package_of(file);
        const auto recorded = known.find(name);
        auto& package =
            brought.emplace(name, recorded == known.end() ? InstalledPackage{name} : recorded->second).first->second;
        package.has_scripts = package.has_scripts || is_script;
        if (kind == "list") {
            const auto paths = parse_file_list(changes.read(path, largest_file));
            package.paths.insert(package.paths.end(), paths.begin(), paths.end());
        }
    }
    for (auto& [name, package] : brought) {
        package.licences =
            parse_licences(read_if_file(changes, "/usr/share/doc/" + name + "/copyright", largest_copyright));
        package.fixes = parse_fixes(changelog_of(changes, name));
    }
    std::vector<InstalledPackage> packages;
    std::ranges::transform(brought, std::back_inserter(packages), [](auto& entry) { return std::move(entry.second); });
    return packages;
}

std::vector<std::string_view> AptSource::own_places() const
{
    return {"/etc/apt",        "/usr/sbin/policy-rc.d",   "/var/lib/apt",
            "/var/lib/dpkg",   "/var/lib/emacsen-common", "/var/lib/initramfs-tools",
            "/var/lib/pam",    "/var/lib/python",         "/var/lib/shells.state",
            "/var/lib/ucf",    "/var/lib/update-rc.d",    "/var/lib/vim",
            "/var/lib/xfonts", "/var/lib/xml-core"};
}

} // namespace qpkg::apt
