// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/rebuild.hpp"

#include "app/make/build.hpp"
#include "app/make/inputs.hpp"
#include "app/publish/publish_module.hpp"
#include "app/rebuild/inputs.hpp"
#include "app/scratch.hpp"
#include "app/use/catalog.hpp"
#include "app/use/tree_difference.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/origin.hpp"
#include "signing/key_file.hpp"
#include "signing/rebuilds.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

KnownRelease release_to_rebuild(Catalog& catalog, const RebuildRequest& request)
{
    catalog.require_one_current();
    return catalog.manifest(catalog.newest(catalog.resolve(request.app)));
}

/// Those that the repository has: what it lacks may still be the distribution's.
void bring_packages(Fetcher& from, const build::Lock& lock, const fs::path& place)
{
    fs::create_directories(place);
    for (const auto& [package, size, uri] : lock.packages) {
        const auto bytes = from.look_for(input_path(package.sha256), size);
        if (bytes && sha256(*bytes) == package.sha256) {
            files::write(place / package.sha256.hex(), *bytes, 0644, files::Durability::scratch);
        }
    }
}

/// False where the repository has none.
bool bring_lists(World& world, Fetcher& from, const Digest& lock, const fs::path& place)
{
    const auto table = from.look_for(origin_path(lock), largest_origin);
    if (!table) {
        return false;
    }
    fs::create_directories(place);
    for (const auto& [name, file] : parse_origin(*table)) {
        const auto packed = from.get(input_path(file.packed_sha256), file.packed_size);
        if (!packed || sha256(*packed) != file.packed_sha256) {
            throw Error(Code::corrupt, "list " + text::escaped(name) + " of origin is not there as the table names it");
        }
        files::write(place / name, world.unpack_file(*packed, file.size), 0644, files::Durability::scratch);
    }
    return true;
}

/// Why nobody can say that the distribution offered what a release was built from; empty: it did.
std::string doubt(World& world, const Release& release, Fetcher& from, const fs::path& scratch)
{
    fs::create_directories(scratch);
    try {
        bring_input(from, release.inputs.lock, scratch / "module.lock");
        const auto lock = build::parse_lock(files::read(scratch / "module.lock", build::largest_lock), "module.lock");
        if (!bring_lists(world, from, release.inputs.lock, scratch / "lists")) {
            return "origin not proven: the repository keeps no signed lists of this release";
        }
        const auto found = doubt_of_origin(world, lock, scratch / "lists");
        return found ? found->what() : "";
    } catch (const Error& error) {
        if (error.code() == Code::interrupted || error.code() == Code::bug) {
            throw;
        }
        return std::string("origin not proven: ") + error.what();
    }
}

/// The directory with the new build.
fs::path build_again(World& world, const Release& release, Fetcher& from, const fs::path& scratch)
{
    fs::create_directories(scratch);
    bring_input(from, release.inputs.recipe, scratch / "module.toml");
    bring_input(from, release.inputs.lock, scratch / "module.lock");
    const auto lock = build::parse_lock(files::read(scratch / "module.lock", build::largest_lock), "module.lock");
    bring_packages(from, lock, scratch / "packages");
    return build_module(world, {.from = (scratch / "module.toml").string(),
                                .base = {},
                                .out = scratch / "out",
                                .lock = scratch / "module.lock",
                                .inputs = scratch / "packages"})
        .directory;
}

/// Both trees, whole, in a store that is thrown away.
std::string tree_difference(World& world, const Release& published, Fetcher& from, const Release& built,
                            const fs::path& directory, const fs::path& scratch)
{
    const auto store = world.open_content(scratch);
    const auto bring = [&](const Release& release, Fetcher& fetcher) {
        const ImportLimits limits{release.tree.objects, release.tree.size, release.inputs.source_date_epoch};
        store->import_commit(release.tree.commit, limits, fetcher, world.progress);
    };
    bring(published, from);
    bring(built, *world.fetcher(directory.string()));
    const auto found = first_difference(store->open_commit(published.tree.commit)->tree(),
                                        store->open_commit(built.tree.commit)->tree());
    return found.value_or("the trees are the same, their commits say something else");
}

std::string manifest_difference(const Release& published, const Release& built)
{
    if (built.inputs != published.inputs) {
        return "built from other inputs";
    }
    if (built.volume != published.volume) {
        return "other volume " + built.volume.root.hex() + " of the same tree";
    }
    if (built.details.sha256 != published.details.sha256) {
        return "other details of the same tree";
    }
    return core_of(published) == core_of(built) ? "" : "other manifest of the same tree";
}

fs::path write_statement(const RebuildRequest& request, const KnownRelease& known, const Release& built,
                         const trust::SecretKey& key, Fetcher& from)
{
    auto statement = agreement_with(known.release);
    const auto& published = known.release.tree.commit;
    auto path = statement_path(published);
    if (built.tree.commit != published) {
        statement.commit = built.tree.commit;
        statement.volume = built.volume.root;
        path = dissent_path(published, key.public_key().id());
    }
    auto place = request.out / path;
    auto others = files::read_if_exists(place, largest_statement);
    if (!others && built.tree.commit == published) {
        others = from.look_for(path, largest_statement);
    }
    files::make_directories(place.parent_path());
    files::write(place, trust::sign_statement(statement, key, others.value_or("")));
    return place;
}

} // namespace

KnownRelease plan_rebuild(World& world, const RebuildRequest& request)
{
    const auto snapshot = world.db.snapshot();
    Catalog catalog(world, snapshot, Reach::online);
    return release_to_rebuild(catalog, request);
}

RebuildReport rebuild(World& world, const RebuildRequest& request)
{
    const auto snapshot = world.db.snapshot();
    Catalog catalog(world, snapshot, Reach::online);
    const auto known = release_to_rebuild(catalog, request);
    const auto& release = known.release;
    return with_context("rebuild " + release.app.text() + ' ' + release.version, [&] {
        auto& from = catalog.fetcher(known.repo);
        const Scratch scratch(world.root / "build", "rebuild-");
        const auto directory =
            request.built.empty() ? build_again(world, release, from, scratch.path() / "build") : request.built;
        const auto built = parse_manifest(files::read(directory / "manifest.json", largest_manifest));
        RebuildReport report{release.app, release.version, release.tree.commit, built.tree.commit, {}, {}, {}, {}};
        report.origin_doubt = doubt(world, release, from, scratch.path() / "origin");
        const bool may_sign = report.origin_doubt.empty() || request.without_origin;
        report.difference = built.tree.commit == release.tree.commit
                                ? manifest_difference(release, built)
                                : tree_difference(world, release, from, built, directory, scratch.path() / "compare");
        const bool other_tree = built.tree.commit != release.tree.commit;
        if (!request.key.empty() && may_sign && (report.difference.empty() || (request.sign_dissent && other_tree))) {
            const auto key = trust::KeyFile::read(request.key).open(request.passphrase);
            report.public_key = to_hex(key.public_key().bytes());
            report.statement = write_statement(request, known, built, key, from);
        }
        return report;
    });
}

} // namespace qpkg::app
