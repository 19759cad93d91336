// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/site_tests.hpp"

#include "app/make/sources.hpp"
#include "app/mirror/site_reader.hpp"
#include "app/rebuild/inputs.hpp"
#include "app/scratch.hpp"
#include "build/module_tests.hpp"
#include "build/recipe.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

/// The module as a volume in a store that is thrown away.
fs::path volume_of(World& world, const Release& release, Fetcher& from, const fs::path& scratch)
{
    const auto store = world.open_content(scratch / "content");
    store->import_commit(release.tree.commit,
                         {release.tree.objects, release.tree.size, release.inputs.source_date_epoch}, from,
                         world.progress);
    const auto volumes = world.open_volumes(*store, scratch / "volumes");
    const VolumePart part{release.tree.commit, ""};
    volumes->build({&part, 1}, release.volume.root, world.progress);
    return volumes->path(release.volume.root);
}

std::vector<std::string> tests_of(const Release& release, Fetcher& from, const fs::path& scratch)
{
    const auto recipe = scratch / "module.toml";
    bring_input(from, release.inputs.recipe, recipe);
    return build::parse_recipe(files::read(recipe, build::largest_recipe), "the recipe").tests;
}

const Base& require_here(const Snapshot& snapshot, const CheckedFit& row)
{
    const auto* base = snapshot.find_base(*row.base_commit);
    if (base == nullptr) {
        throw Error(Code::not_found, "that release of base " + row.base.text() + " is not on this machine");
    }
    if (row.arch != native_arch()) {
        throw Error(Code::unsupported, "it is for " + row.arch.text() + ", this machine is not");
    }
    return *base;
}

void test(World& world, SiteReader& site, const trust::ListedRelease& listed, CheckedFit& row)
{
    const auto release = site.fetch(listed).release;
    if (release.extends) {
        return;
    }
    const Scratch scratch(world.root / "build");
    const auto tests = tests_of(release, site.source(), scratch.path());
    if (tests.empty()) {
        return;
    }
    const auto snapshot = world.db.snapshot();
    const auto& base = require_here(snapshot, row);
    const auto volume = volume_of(world, release, site.source(), scratch.path());
    row.tests = tests.size();
    try {
        build::run_tests(workshop_for(world, base, scratch.path()), volume, tests);
    } catch (const Error& error) {
        if (error.code() != Code::failed) {
            throw;
        }
        row.failure = error.what();
    }
}

} // namespace

void test_on_bases(World& world, const std::string& location, std::vector<CheckedFit>& rows)
{
    SiteReader site(world.fetcher(location), location, world.clock.now());
    for (const auto& listed : site.listed()) {
        interrupt::throw_if_requested();
        const auto row = std::ranges::find_if(rows, [&](const CheckedFit& one) {
            return one.app == listed.app && one.channel == listed.channel && one.arch == listed.arch &&
                   one.sequence == listed.sequence;
        });
        if (row == rows.end() || !row->misfits.empty() || !row->problem.empty()) {
            continue;
        }
        try {
            test(world, site, listed, *row);
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            row->problem = std::string("its tests could not be run: ") + error.what();
        }
    }
}

} // namespace qpkg::app
