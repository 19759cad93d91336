// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/extensions.hpp"

#include <algorithm>

namespace qpkg::plan {

std::optional<std::string> misfit(const Release& extension, const ReleaseInQube& in_qube)
{
    if (!extension.extends || is_of_qube(extension.extends->point)) {
        return std::nullopt;
    }
    const auto& [point, abi] = *extension.extends;
    const auto* app = in_qube(AppId::require(owner_of(point)));
    if (app == nullptr) {
        return "it extends " + point.text() + ", which is not there";
    }
    const auto found = std::ranges::find(app->points, point, &Point::name);
    if (found == app->points.end()) {
        return app->app.text() + ' ' + app->version + " has no point " + point.text();
    }
    if (found->abi != abi) {
        return "it fits " + abi + " of " + point.text() + ", and " + app->version + " is " + found->abi;
    }
    return std::nullopt;
}

bool brings_code(const Release& release) { return release.extends && !is_of_qube(release.extends->point); }

bool is_agreed_by(const Release& before, const Release& after)
{
    return !brings_code(after) || (before.extends && before.extends->point == after.extends->point);
}

} // namespace qpkg::plan
