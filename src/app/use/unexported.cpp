// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/unexported.hpp"

#include "plan/names.hpp"
#include "plan/plan.hpp"

#include <algorithm>

namespace qpkg::app {

std::optional<std::string> place_in(const ModuleTree& tree, const NameKey& key)
{
    std::optional<std::string> found;
    std::vector<std::string> places(tree.directories.size()); // each directory comes before those below it
    for (std::size_t i = 0; i < tree.directories.size(); ++i) {
        for (const auto& entry : tree.directories[i].entries) {
            auto path = places[i] + '/' + entry.name;
            if (entry.kind == NodeKind::directory) {
                places[entry.index] = std::move(path);
            } else if (name_in_base(path) == key && (!found || path < *found)) {
                found = std::move(path);
            }
        }
    }
    return found;
}

std::vector<AppId> apps_with_unexported(World& world, const QubeName& name, const std::string& command)
{
    const auto snapshot = world.db.snapshot();
    const auto& now = plan::require_qube(snapshot, name).current_generation();
    const NameKey key{ExportKind::command, command};
    const auto apps = plan::named_apps(snapshot, now);
    std::vector<AppId> found;
    if (!is_export_name(command) || plan::held_names(apps).contains(key)) {
        return found; // what is shown and cannot be run has another reason
    }
    for (const auto& binding : now.bindings) {
        const auto& commit = snapshot.release(binding.release).release.tree.commit;
        if (world.content.has_commit(commit) && place_in(world.content.open_commit(commit)->tree(), key)) {
            found.push_back(binding.app);
        }
    }
    return found;
}

} // namespace qpkg::app
