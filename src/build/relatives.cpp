// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/relatives.hpp"

#include "build/providers.hpp"

#include <algorithm>

namespace qpkg::build {
namespace {

using Names = std::set<std::string>;

const std::string& source_of(const InstalledPackage& package)
{
    return package.source.empty() ? package.name : package.source;
}

bool is_of_one(const std::string& path, const Names& packages, const PackageFiles& files)
{
    const auto [first, last] = files.owners.equal_range(path);
    return std::any_of(first, last, [&](const auto& owner) { return packages.contains(owner.second); });
}

/// What those of `named` require that start nothing themselves.
Names required_by_empty(const Names& named, std::span<const InstalledPackage> installed, const PackageFiles& files,
                        const StartedPrograms& starts)
{
    const Providers providers(installed);
    Names required;
    for (const auto& package : installed) {
        const auto is_its_own = [&](const auto& start) { return is_of_one(start.first, {package.name}, files); };
        if (named.contains(package.name) && std::ranges::none_of(starts, is_its_own)) {
            for (const auto& need : package.needs) {
                required.merge(providers.of(need));
            }
        }
    }
    return required;
}

Names started_by(const Names& packages, const PackageFiles& files, const StartedPrograms& starts)
{
    Names started;
    for (const auto& [path, programs] : starts) {
        if (!is_of_one(path, packages, files)) {
            continue;
        }
        for (const auto& program : programs) {
            const auto [first, last] = files.owners.equal_range(program);
            std::for_each(first, last, [&](const auto& owner) { started.insert(owner.second); });
        }
    }
    return started;
}

Names built_with(const Names& packages, std::span<const InstalledPackage> installed)
{
    Names sources;
    for (const auto& package : installed) {
        if (packages.contains(package.name)) {
            sources.insert(source_of(package));
        }
    }
    Names built;
    for (const auto& package : installed) {
        if (sources.contains(source_of(package))) {
            built.insert(package.name);
        }
    }
    return built;
}

} // namespace

Names relatives_of(const std::vector<std::string>& named, std::span<const InstalledPackage> installed,
                   const PackageFiles& files, const StartedPrograms& starts)
{
    const Names given(named.begin(), named.end());
    auto family = given;
    family.merge(required_by_empty(given, installed, files, starts));
    family.merge(started_by(family, files, starts));
    auto relatives = built_with(family, installed);
    std::erase_if(relatives, [&](const std::string& name) { return given.contains(name); });
    return relatives;
}

} // namespace qpkg::build
