// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/unexported.hpp"

#include "plan/name_clash.hpp"
#include "plan/names.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

const Release& release_in(const Snapshot& snapshot, const QubeName& qube, const AppId& app)
{
    const auto& bindings = plan::require_qube(snapshot, qube).current_generation().bindings;
    return snapshot.release(std::ranges::find(bindings, app, &Binding::app)->release).release;
}

/// What the module exports by that name, of several kinds perhaps.
std::vector<OwnExport> exported_as(const Release& release, const std::string& name)
{
    std::vector<OwnExport> exported;
    for (const auto& made : release.exports) {
        const bool is_typed = made.kind != ExportKind::icon && made.kind != ExportKind::mime;
        if (is_typed && made.name == name) {
            exported.push_back({release.app, {made.kind, name}, made.path});
        }
    }
    return exported;
}

NameKey typed_key(const std::string& name)
{
    if (!is_export_name(name)) {
        throw Error(Code::usage, "\"" + text::escaped(name) + "\" is no name of a command or menu entry");
    }
    return {name.ends_with(".desktop") ? ExportKind::desktop : ExportKind::command, name};
}

std::string place_in_view(const World& world, const Release& release, const NameKey& key)
{
    if (!world.content.has_commit(release.tree.commit)) {
        throw Error(Code::not_found, "the tree of " + release.app.text() + " is not here", "run `qpkg restore`");
    }
    if (auto path = place_in(world.content.open_commit(release.tree.commit)->tree(), key)) {
        return *std::move(path);
    }
    throw Error(Code::not_found, release.app.text() + " has no " + plan::words_for(key),
                "what it exports: qpkg info " + short_name(release.app));
}

} // namespace

std::optional<std::string> place_in(const ModuleTree& tree, const NameKey& key)
{
    std::optional<std::string> found;
    each_path(tree, [&](const std::string& path, const ModuleTree::Entry& entry) {
        if (entry.kind != NodeKind::directory && name_in_base(path) == key && (!found || path < *found)) {
            found = path;
        }
    });
    return found;
}

std::vector<AppId> apps_with_unexported(World& world, const QubeName& name, const std::string& command)
{
    const auto snapshot = world.db.snapshot();
    const auto* qube = snapshot.find_qube(name);
    std::vector<AppId> found;
    if (qube == nullptr) {
        return found;
    }
    const auto& now = qube->current_generation();
    const NameKey key{ExportKind::command, command};
    const auto apps = plan::named_apps(snapshot, now);
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

std::vector<OwnExport> own_exports(const World& world, const Snapshot& snapshot, const NamesOfApp& wanted)
{
    const auto& release = release_in(snapshot, wanted.qube, wanted.app);
    std::vector<OwnExport> own;
    for (const auto& name : wanted.names) {
        auto found = exported_as(release, name);
        if (found.empty()) {
            const auto key = typed_key(name);
            found.push_back({wanted.app, key, wanted.drop ? "" : place_in_view(world, release, key)});
        }
        for (auto& one : found) {
            one.path = wanted.drop ? "" : one.path;
            own.push_back(std::move(one));
        }
    }
    return own;
}

} // namespace qpkg::app
