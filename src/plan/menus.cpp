// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/menus.hpp"

#include "plan/names.hpp"

#include <map>
#include <set>

namespace qpkg::plan {
namespace {

using Entries = std::map<std::string, MenuEntry>;

Entries entries_of(const Snapshot& snapshot, const Generation& generation)
{
    Entries entries;
    const auto apps = named_apps(snapshot, generation);
    for (const auto& [key, held] : held_names(apps)) {
        if (held.made->menu) {
            entries.emplace(key.name, *held.made->menu);
        }
    }
    return entries;
}

} // namespace

std::vector<Menu> wanted_menus(const Snapshot& snapshot)
{
    std::vector<Menu> menus;
    for (const auto& qube : snapshot.qubes) {
        const auto wanted = entries_of(snapshot, qube.current_generation());
        std::set<std::string> former;
        for (const auto& generation : qube.generations) {
            for (const auto& [desktop, entry] : entries_of(snapshot, generation)) {
                if (!wanted.contains(desktop)) {
                    former.insert(desktop);
                }
            }
        }
        if (wanted.empty() && former.empty()) {
            continue;
        }
        Menu menu{qube.name, {}, {former.begin(), former.end()}};
        for (const auto& [desktop, entry] : wanted) {
            menu.items.push_back({desktop, entry});
        }
        menus.push_back(std::move(menu));
    }
    return menus;
}

} // namespace qpkg::plan
