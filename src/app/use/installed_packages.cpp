// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/installed_packages.hpp"

#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::app {

std::vector<Package> packages_of(const World& world, const Release* release)
{
    std::vector<Package> packages;
    if (release == nullptr) {
        return packages;
    }
    const auto details = with_context(release->app.text() + ' ' + release->version, [&] {
        return parse_details(world.content.read_details(release->details.sha256));
    });
    for (const auto& built : details.packages) {
        packages.push_back(built.package);
    }
    return packages;
}

} // namespace qpkg::app
