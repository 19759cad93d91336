// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/details.hpp"

#include <algorithm>
#include <array>

namespace qpkg {

std::vector<Package> known_packages(const Details& details)
{
    std::vector<Package> packages;
    for (const auto& package : details.packages) {
        if (package.file) {
            packages.push_back({package.name, package.version, package.arch, *package.file});
        }
    }
    return packages;
}

bool is_documentation(std::string_view path)
{
    constexpr std::array<std::string_view, 3> folders{"/usr/share/doc/", "/usr/share/info/", "/usr/share/man/"};
    return std::ranges::any_of(folders, [&](std::string_view folder) { return path.starts_with(folder); });
}

} // namespace qpkg
