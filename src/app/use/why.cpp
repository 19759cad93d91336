// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/why.hpp"

#include "app/use/installed_packages.hpp"
#include "app/use/names_wished.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

/// An app's module or a base, as a qube has it.
struct Held {
    QubeName qube;
    std::string holder;
    std::string version; ///< of a base "r41"
    std::string asked_by;
    std::vector<Package> packages;
    std::optional<CommitId> commit; ///< nothing for a foreign base, as on Qubes
};

/// One app whose details are lost hides the answer of no other.
std::vector<Package> packages_if_known(const World& world, const Release& release)
{
    try {
        return packages_of(world, &release);
    } catch (const Error& error) {
        log::warning(std::string(error.what()) + "; its packages are not known. " + error.hint());
        return {};
    }
}

std::vector<Held> all_held(const World& world, const Snapshot& snapshot)
{
    std::vector<Held> all;
    std::map<ManifestId, std::vector<Package>> known;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto first = std::ranges::find_if(qube.generations, [&](const Generation& made) {
                return std::ranges::find(made.bindings, binding.app, &Binding::app) != made.bindings.end();
            });
            const auto& release = snapshot.release(binding.release).release;
            const auto [packages, is_new] = known.try_emplace(binding.release);
            if (is_new) {
                packages->second = packages_if_known(world, release);
            }
            all.push_back(
                {qube.name, binding.app.text(), release.version, first->reason, packages->second, release.tree.commit});
            if (const auto* kept = snapshot.base_of({qube.base().id, binding.own_base})) {
                all.push_back({qube.name, "base " + kept->id.text() + " in the view of " + binding.app.text(),
                               release_word(*kept), first->reason, kept->packages, kept->commit});
            }
        }
        if (const auto* base = snapshot.base_of(qube.base())) {
            const auto first = std::ranges::find_if(
                qube.generations, [&](const Generation& made) { return made.base.commit == base->commit; });
            all.push_back({qube.name, "base " + base->id.text(), release_word(*base), first->reason, base->packages,
                           base->commit});
        }
    }
    return all;
}

std::vector<Reason> holders_of_package(const std::vector<Held>& all, const std::string& name)
{
    std::vector<Reason> reasons;
    for (const auto& held : all) {
        for (const auto& package : held.packages) {
            if (package.name == name) {
                reasons.push_back({name, package.version, "", held.holder, held.asked_by, held.qube});
            }
        }
    }
    return reasons;
}

std::vector<Reason> holders_of_file(const World& world, const std::vector<Held>& all, const std::string& word)
{
    std::map<CommitId, std::vector<std::string>> paths;
    std::vector<Reason> reasons;
    for (const auto& held : all) {
        if (!held.commit || !world.content.has_commit(*held.commit)) {
            continue;
        }
        const auto [found, is_new] = paths.try_emplace(*held.commit);
        if (is_new) {
            found->second = paths_named(world.content.open_commit(*held.commit)->tree(), word);
        }
        for (const auto& path : found->second) {
            reasons.push_back({"", held.version, path, held.holder, held.asked_by, held.qube});
        }
    }
    return reasons;
}

std::vector<plan::NameEffect> names_called(const World& world, const Snapshot& snapshot, const std::string& word)
{
    std::vector<plan::NameEffect> all;
    for (const auto& qube : snapshot.qubes) {
        const auto apps = plan::named_apps(snapshot, qube.current_generation());
        const auto asked_for = plan::names_called(qube.name, apps, word, {});
        if (asked_for.empty()) {
            continue; // most words are no names: no base is read for them
        }
        const auto of_base = base_names(world, snapshot, {qube.name});
        for (auto& name : plan::names_called(qube.name, apps, word, plan::names_of_base(of_base, qube.base()))) {
            all.push_back(std::move(name));
        }
    }
    return all;
}

bool is_named(std::string_view name, std::string_view word)
{
    return name.starts_with(word) && (name.size() == word.size() || name[word.size()] == '.');
}

} // namespace

std::vector<std::string> paths_named(const ModuleTree& tree, std::string_view word)
{
    std::vector<std::string> found;
    each_path(tree, [&](const std::string& path, const ModuleTree::Entry& entry) {
        if (entry.kind != NodeKind::directory && (path == word || is_named(entry.name, word))) {
            found.push_back(path);
        }
    });
    std::ranges::sort(found);
    return found;
}

Reasons why(World& world, const std::string& word)
{
    const auto snapshot = world.db.snapshot();
    const auto all = all_held(world, snapshot);
    Reasons reasons{holders_of_package(all, word), names_called(world, snapshot, word)};
    if (reasons.holders.empty() && !word.empty()) {
        reasons.holders = holders_of_file(world, all, word);
    }
    if (reasons.holders.empty() && reasons.names.empty()) {
        std::set<std::string> names;
        for (const auto& held : all) {
            for (const auto& package : held.packages) {
                names.insert(package.name);
            }
        }
        throw Error(Code::not_found, "no qube holds a package, file or command \"" + text::escaped(word) + '"',
                    text::hint_for(word, std::vector(names.begin(), names.end()), "see `qpkg list`"));
    }
    return reasons;
}

} // namespace qpkg::app
