// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/rebuild.hpp"

#include "app/make/build.hpp"
#include "app/publish/publish_module.hpp"
#include "app/scratch.hpp"
#include "app/use/catalog.hpp"
#include "app/use/tree_difference.hpp"
#include "repo-format/repo/manifest.hpp"
#include "signing/key_file.hpp"
#include "signing/rebuilds.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

KnownRelease release_to_rebuild(Catalog& catalog, const RebuildRequest& request)
{
    catalog.require_one_current();
    return catalog.manifest(catalog.newest(catalog.resolve(request.app)));
}

void bring_input(Fetcher& from, const Digest& input, const fs::path& place)
{
    const auto bytes = from.get(input_path(input), largest_input);
    if (!bytes) {
        throw Error(Code::not_found,
                    "the repository lacks " + input_path(input) + ", which the release was built from");
    }
    if (sha256(*bytes) != input) {
        throw Error(Code::corrupt, input_path(input) + ": the bytes are not what the name says");
    }
    files::write(place, *bytes, 0644, files::Durability::scratch);
}

/// The directory with the new build.
fs::path build_again(World& world, const Release& release, Fetcher& from, const fs::path& scratch)
{
    fs::create_directories(scratch);
    bring_input(from, release.inputs.recipe, scratch / "module.toml");
    bring_input(from, release.inputs.lock, scratch / "module.lock");
    return build_module(world, {.from = (scratch / "module.toml").string(),
                                .base = {},
                                .out = scratch / "out",
                                .lock = scratch / "module.lock"})
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
    return is_same_release(published, built) ? "" : "other manifest of the same tree";
}

fs::path write_statement(const RebuildRequest& request, const KnownRelease& known, const Release& built,
                         const trust::SecretKey& key, Fetcher& from)
{
    auto statement = agreement_with(known.id, known.release);
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
        RebuildReport report{release.app, release.version, release.tree.commit, built.tree.commit, {}, {}, {}};
        report.difference = built.tree.commit == release.tree.commit
                                ? manifest_difference(release, built)
                                : tree_difference(world, release, from, built, directory, scratch.path() / "compare");
        const bool other_tree = built.tree.commit != release.tree.commit;
        if (!request.key.empty() && (report.difference.empty() || (request.sign_dissent && other_tree))) {
            const auto key = trust::KeyFile::read(request.key).open(request.passphrase);
            report.public_key = to_hex(key.public_key().bytes());
            report.statement = write_statement(request, known, built, key, from);
        }
        return report;
    });
}

} // namespace qpkg::app
