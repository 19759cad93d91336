// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/replaced_packages.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>

namespace qpkg::build {
namespace {

constexpr std::size_t most_named = 5;

} // namespace

std::vector<ReplacedPackage> replaced_packages(std::span<const InstalledPackage> there,
                                               std::span<const InstalledPackage> installed)
{
    std::map<std::string_view, std::string_view> now;
    for (const auto& package : installed) {
        now.emplace(package.name, package.version);
    }
    std::vector<ReplacedPackage> replaced;
    for (const auto& old : there) {
        const auto found = now.find(old.name);
        if (found != now.end() && found->second != old.version) {
            replaced.push_back({old.name, std::string(found->second), old.version});
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

void refuse_replacements(std::span<const InstalledPackage> there, std::span<const InstalledPackage> installed)
{
    if (const auto replaced = replaced_packages(there, installed); !replaced.empty()) {
        throw Error(Code::conflict, "the archive is newer than the base: " + in_words(replaced),
                    "build a newer base, and then on that: no module replaces a package of its base");
    }
}

void refuse_replacements(std::span<const InstalledPackage> there, std::span<const LockedPackage> chosen)
{
    std::vector<InstalledPackage> packages;
    for (const auto& locked : chosen) {
        packages.push_back({.name = locked.package.name, .version = locked.package.version});
    }
    refuse_replacements(there, packages);
}

} // namespace qpkg::build
