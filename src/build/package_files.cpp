// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/package_files.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::build {

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

PackageFiles files_of(std::span<const InstalledPackage> packages)
{
    PackageFiles files;
    for (const auto& package : packages) {
        for (const auto& path : package.paths) {
            files.owners.emplace(merged_into_usr(path), package.name);
        }
        if (package.has_scripts) {
            files.scripted.insert(package.name);
        }
    }
    return files;
}

std::string merged_into_usr(const std::string& path)
{
    const bool was_outside = path.starts_with("/bin/") || path.starts_with("/sbin/") || path.starts_with("/lib");
    return was_outside ? "/usr" + path : path;
}

} // namespace qpkg::build
