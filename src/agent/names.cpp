// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/names.hpp"

#include "agent/base_names.hpp"

#include <algorithm>

namespace qpkg::agent {

std::map<NameKey, AppId> names_in_qube(const QubePaths& layout, const std::vector<AppExports>& apps,
                                       std::optional<ExportKind> only)
{
    std::vector<Claimant> claimants;
    for (const auto& app : apps) {
        claimants.push_back({app.app, claims_of(app.exports, app.rulings), app.turn});
    }
    auto holders = holders_by_rule(claimants);
    BaseNames base(layout);
    std::erase_if(holders, [&](const auto& holder) {
        const auto& key = holder.first;
        return (only && key.kind != *only) || base.has(key);
    });
    return holders;
}

std::optional<std::string> called_in_qube(const AppExports& app, const Export& made)
{
    const auto ruling = std::ranges::find(app.rulings, NameKey{made.kind, made.name}, &NameRuling::key);
    if (ruling == app.rulings.end()) {
        return made.name;
    }
    return ruling->called();
}

} // namespace qpkg::agent
