// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/recommended.hpp"

#include <algorithm>
#include <iterator>

namespace qpkg::apt {
namespace {

std::set<std::string> answered_to(const std::map<std::string, InstalledPackage>& packages)
{
    std::set<std::string> names;
    for (const auto& [name, package] : packages) {
        names.insert(name);
        std::ranges::transform(package.provides, std::inserter(names, names.end()), &Relation::name);
    }
    return names;
}

} // namespace

std::vector<std::string> recommended_names(const std::map<std::string, InstalledPackage>& asked,
                                           const std::map<std::string, InstalledPackage>& there,
                                           const std::set<std::string>& known)
{
    auto met = answered_to(asked);
    met.merge(answered_to(there));
    std::set<std::string> names;
    for (const auto& [asking, package] : asked) {
        for (const auto& wanted : package.recommends) {
            if (std::ranges::any_of(wanted, [&](const Relation& one) { return met.contains(one.name); })) {
                continue;
            }
            const auto found =
                std::ranges::find_if(wanted, [&](const Relation& one) { return known.contains(one.name); });
            if (found != wanted.end()) {
                names.insert(found->name);
            }
        }
    }
    return {names.begin(), names.end()};
}

} // namespace qpkg::apt
