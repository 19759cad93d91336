// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/own_builds.hpp"

#include "app/make/build.hpp"
#include "app/publish/publish.hpp"
#include "app/use/repositories.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

/// The words of the request that no repository knows.
std::vector<std::string> unknown_words(World& world, const Snapshot& snapshot, const InstallRequest& request,
                                       const BaseId& base)
{
    const Catalog catalog(world, snapshot, request.reach);
    const auto channel = Channel::require(request.channel);
    std::vector<std::string> unknown;
    for (const auto& typed : request.apps) {
        try {
            catalog.choose(catalog.resolve(typed), base, channel);
        } catch (const Error& error) {
            if (error.code() != Code::not_found) {
                throw;
            }
            unknown.push_back(typed);
        }
    }
    return unknown;
}

void refuse_foreign_namespace(const Snapshot& snapshot, const AppId& app)
{
    for (const auto& repository : snapshot.repositories) {
        const auto& names = repository.namespaces;
        if (repository.name != own_repository() && std::ranges::find(names, namespace_of(app)) != names.end()) {
            throw Error(Code::conflict,
                        "namespace " + namespace_of(app) + " of " + app.text() + " belongs to repository " +
                            repository.name.text() + ", which does not offer the app",
                        "build it under another id with a recipe: qpkg build RECIPE");
        }
    }
}

Outlook look_for(World& world, const std::string& typed, const BaseId& base)
{
    try {
        return look_ahead(world, typed, base);
    } catch (const Error& error) {
        if (error.code() != Code::not_found) {
            throw;
        }
        throw Error(Code::not_found,
                    "there is no app \"" + text::escaped(typed) +
                        "\" in any repository, and no package of that name for " + base.text(),
                    error.hint());
    }
}

} // namespace

std::vector<OwnBuild> unoffered_apps(World& world, const InstallRequest& request)
{
    const auto snapshot = world.db.snapshot();
    const auto qubes = chosen_qubes(snapshot, request.into);
    const auto base = plan::require_qube(snapshot, qubes.front()).base().id;
    std::vector<OwnBuild> found;
    for (const auto& typed : unknown_words(world, snapshot, request, base)) {
        found.push_back({typed, look_for(world, typed, base)});
        refuse_foreign_namespace(snapshot, found.back().outlook.app);
    }
    return found;
}

void build_own(World& world, const std::vector<Outlook>& wanted, const std::optional<std::string>& passphrase,
               const std::string& command, const Turns& turns)
{
    const auto place = own_place(world);
    files::make_directories(place.modules);
    std::vector<fs::path> modules;
    std::set<std::string> namespaces;
    for (const auto& one : wanted) {
        modules.push_back(
            build_module(world, {.from = one.from, .base = one.base.text(), .out = place.modules, .lock = {}})
                .directory);
        namespaces.insert(namespace_of(one.app));
    }
    fault_point("own.built");
    publish(world, {.modules = modules,
                    .withdrawals = {},
                    .repository = place.site,
                    .keys = place.keys,
                    .passphrase = passphrase,
                    .command = command,
                    .retention = Retention{}});
    fault_point("own.published");
    turns.begin();
    widen_repository(world, own_repository(), namespaces);
    turns.end();
    fault_point("own.allowed");
    for (const auto& module : modules) { // recipe and lock file stay: they say what was built
        files::remove_tree(module / "ostree");
    }
}

} // namespace qpkg::app
