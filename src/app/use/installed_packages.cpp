// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/installed_packages.hpp"

#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::app {

std::vector<Package> packages_of(const World& world, const Release* release)
{
    if (release == nullptr) {
        return {};
    }
    const auto details = with_context(release->app.text() + ' ' + release->version, [&] {
        return parse_details(world.content.read_details(release->details.sha256));
    });
    return known_packages(details);
}

} // namespace qpkg::app
