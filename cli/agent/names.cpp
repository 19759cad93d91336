// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/names.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

/// A link to nowhere counts, too: somebody has put it there. Only the agent's own links do not.
bool is_there(const Layout& layout, const fs::path& path)
{
    std::error_code absent;
    const auto status = fs::symlink_status(path, absent);
    if (!fs::is_symlink(status)) {
        return fs::exists(status);
    }
    const auto target = fs::read_symlink(path, absent).lexically_normal();
    return std::ranges::mismatch(layout.run, target).in1 != layout.run.end();
}

} // namespace

bool is_of_base(const Layout& layout, const NameKey& key)
{
    return is_own_name(key) || std::ranges::any_of(places_in_base(key), [&](const std::string& place) {
               const auto kept = layout.base() / fs::path(place).begin()->string();
               return is_there(layout, (fs::is_directory(kept) ? layout.base() : layout.root) / place);
           });
}

std::map<NameKey, AppId> names_in_qube(const Layout& layout, const std::vector<AppExports>& apps)
{
    std::vector<Claimant> claimants;
    for (const auto& app : apps) {
        claimants.push_back({app.app, claims_of(app.exports, app.rulings)});
    }
    auto holders = holders_by_rule(claimants);
    std::erase_if(holders, [&](const auto& holder) { return is_of_base(layout, holder.first); });
    return holders;
}

std::optional<std::string> called_in_qube(const AppExports& app, const Export& made)
{
    const auto ruling = std::ranges::find(app.rulings, NameKey{made.kind, made.name}, &NameRuling::key);
    if (ruling == app.rulings.end()) {
        return made.name;
    }
    return ruling->instead.empty() ? std::nullopt : std::optional(ruling->instead);
}

} // namespace qpkg::agent
