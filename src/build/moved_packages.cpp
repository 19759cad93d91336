// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/moved_packages.hpp"

#include <map>
#include <utility>

namespace qpkg::build {
namespace {

using Key = std::pair<std::string, std::string>; ///< name, architecture

} // namespace

std::vector<MovedPackage> moved_packages(const Lock& lock, std::span<const OfferedPackage> offered)
{
    std::map<Key, const Package*> before;
    for (const auto& locked : lock.packages) {
        before.emplace(Key{locked.package.name, locked.package.arch}, &locked.package);
    }
    std::map<Key, MovedPackage> moved;
    for (const auto& one : offered) {
        const Key key{one.package.name, one.package.arch};
        const auto found = before.find(key);
        if (found == before.end()) {
            moved.emplace(key, MovedPackage{key.first, "", one.package.version, one.is_security_fix});
            continue;
        }
        if (found->second->sha256 != one.package.sha256) {
            moved.emplace(key,
                          MovedPackage{key.first, found->second->version, one.package.version, one.is_security_fix});
        }
        before.erase(found);
    }
    for (const auto& [key, package] : before) {
        moved.emplace(key, MovedPackage{key.first, package->version, "", false});
    }
    std::vector<MovedPackage> sorted;
    for (auto& [key, one] : moved) {
        sorted.push_back(std::move(one));
    }
    return sorted;
}

} // namespace qpkg::build
