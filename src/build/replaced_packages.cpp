// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/replaced_packages.hpp"

#include "build/package_files.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::build {
namespace {

constexpr std::size_t most_named = 5;

bool owns_any(const InstalledPackage& package, std::span<const std::string> paths)
{
    return std::ranges::any_of(package.paths, [&](const std::string& path) {
        return std::ranges::find(paths, merged_into_usr(path)) != paths.end();
    });
}

} // namespace

std::vector<ReplacedPackage> replaced_packages(std::span<const InstalledPackage> there,
                                               std::span<const InstalledPackage> installed,
                                               std::span<const std::string> removed)
{
    std::vector<ReplacedPackage> replaced;
    for (const auto& old : there) {
        const auto now = std::ranges::find(installed, old.name, &InstalledPackage::name);
        if (now != installed.end() && now->version != old.version && owns_any(old, removed)) {
            replaced.push_back({old.name, now->version, old.version});
        }
    }
    return replaced;
}

std::string in_words(std::span<const ReplacedPackage> packages)
{
    std::vector<std::string> named;
    for (const auto& package : packages.first(std::min(most_named, packages.size()))) {
        named.push_back(text::escaped(package.name + ' ' + package.needed + " needed, " + package.there + " there"));
    }
    const auto more = packages.size() - named.size();
    return text::join(named, "; ") + (more == 0 ? "" : "; and " + std::to_string(more) + " more");
}

} // namespace qpkg::build
