// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/providers.hpp"

#include <algorithm>

namespace qpkg::build {

Providers::Providers(std::span<const InstalledPackage> packages)
{
    for (const auto& package : packages) {
        by_name_.emplace(package.name, package.name);
        for (const auto& provided : package.provides) {
            by_name_.emplace(provided.name, package.name);
        }
    }
}

std::set<std::string> Providers::of(const Alternatives& wanted) const
{
    std::set<std::string> found;
    for (const auto& relation : wanted) {
        const auto [first, last] = by_name_.equal_range(relation.name);
        std::for_each(first, last, [&](const auto& provider) { found.insert(provider.second); });
    }
    return found;
}

} // namespace qpkg::build
