// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/package_files.hpp"

#include "build/module_exports.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::build {
namespace {

constexpr const char* folder = "/var/lib/dpkg/info";
constexpr std::size_t largest_list = 64 * 1024 * 1024;
constexpr std::array<std::string_view, 3> scripts{"preinst", "postinst", "triggers"};

/// The package of "hello.list" and of "libhello:amd64.postinst".
std::string package_of(const std::string& file) { return file.substr(0, file.find_first_of(":.", 1)); }

} // namespace

std::vector<std::string> PackageFiles::of(const std::string& package) const
{
    std::vector<std::string> paths;
    for (const auto& [path, owner] : owners) {
        if (owner == package) {
            paths.push_back(path);
        }
    }
    return paths;
}

std::string PackageFiles::suspects(const std::string& path) const
{
    auto names = scripted;
    const auto [first, last] = owners.equal_range(path);
    std::transform(first, last, std::inserter(names, names.end()), [](const auto& owner) { return owner.second; });
    const std::vector<std::string> listed(names.begin(), names.end());
    return listed.empty() ? "the installation" : text::escaped(text::join(listed, " or "), 400);
}

PackageFiles read_package_files(const ForeignTree& changes)
{
    PackageFiles files;
    for (const auto& [path, info] : changes.list(folder)) {
        const auto name = path.substr(path.rfind('/') + 1);
        const auto kind = name.substr(name.rfind('.') + 1);
        if (!S_ISREG(info.st_mode)) {
            continue;
        }
        if (std::ranges::find(scripts, kind) != scripts.end()) {
            files.scripted.insert(package_of(name));
        }
        if (kind != "list") {
            continue;
        }
        for (auto& listed : parse_file_list(changes.read(path, largest_list))) {
            files.owners.emplace(std::move(listed), package_of(name));
        }
    }
    return files;
}

} // namespace qpkg::build
