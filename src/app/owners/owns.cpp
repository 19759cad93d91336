// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/owners/owns.hpp"

#include "app/use/why.hpp"
#include "engine/details.hpp"
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

/// What the owners of one release say of a path.
struct Found {
    std::vector<std::string> packages; ///< ascending
    std::map<std::string, std::vector<std::string>> licences;
};

Found look_up(World& world, const KnownRelease& known, Fetcher& repository, const std::string& path)
{
    const auto& owners = known.release.owners;
    return with_context("owners of " + known.release.app.text() + ' ' + known.release.version, [&] {
        if (std::max(owners.size, owners.packed_size) > largest_owners) {
            throw Error(Code::no_space, "allowed are " + std::to_string(largest_owners) + " bytes");
        }
        const auto packed = repository.get(packed_owners_path(owners), owners.packed_size);
        if (!packed) {
            throw Error(Code::not_found, "the repository lacks " + packed_owners_path(owners));
        }
        Found found;
        read_owners(
            engine::unpack_pinned(owners, *packed, world.unpack_file),
            {.owner =
                 [&](const Owner& owner) {
                     if (owner.path == path) {
                         found.packages.push_back(owner.package);
                     }
                 },
             .licence = [&](const Licence& licence) { found.licences[licence.package].push_back(licence.name); }});
        return found;
    });
}

bool has_path(const World& world, const Release& release, const std::string& path)
{
    const auto& commit = release.tree.commit;
    return world.content.has_commit(commit) && !paths_named(world.content.open_commit(commit)->tree(), path).empty();
}

/// Releases that a current generation binds and whose tree has the path, each once.
std::vector<KnownRelease> installed_with(const World& world, const Snapshot& snapshot, const std::string& path)
{
    std::set<ManifestId> seen;
    std::vector<KnownRelease> found;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& known = snapshot.release(binding.release);
            if (seen.insert(known.id).second && has_path(world, known.release, path)) {
                found.push_back(known);
            }
        }
    }
    std::ranges::sort(found, {}, [](const KnownRelease& known) { return known.release.app; });
    return found;
}

} // namespace

std::vector<Ownership> owns(World& world, const OwnsRequest& request, Reach reach)
{
    if (!request.path.starts_with('/')) {
        throw Error(Code::usage, "\"" + text::escaped(request.path) + "\" is no absolute path",
                    "for a file by its name: qpkg why NAME");
    }
    const auto snapshot = world.db.snapshot();
    Catalog catalog(world, snapshot, reach);
    const bool is_named = !request.app.empty();
    const auto releases = is_named ? std::vector{catalog.manifest(catalog.newest(catalog.resolve(request.app)))}
                                   : installed_with(world, snapshot, request.path);
    std::vector<Ownership> all;
    for (const auto& known : releases) {
        const auto found = look_up(world, known, catalog.fetcher(known.repo), request.path);
        const auto row = [&](const std::string& package, const std::vector<std::string>& licences) {
            all.push_back({request.path, package, licences, known.release.app, known.release.version});
        };
        for (const auto& package : found.packages) {
            const auto licences = found.licences.find(package);
            row(package, licences == found.licences.end() ? std::vector<std::string>() : licences->second);
        }
        if (found.packages.empty() && !is_named) {
            row("", {}); // its tree has the path
        }
    }
    if (all.empty()) {
        throw Error(Code::not_found,
                    is_named ? "no package of " + request.app + " brings " + text::escaped(request.path)
                             : "no installed app has " + text::escaped(request.path),
                    is_named ? "see what is there: qpkg why NAME" : "for one that is not installed: --app APP");
    }
    return all;
}

} // namespace qpkg::app
