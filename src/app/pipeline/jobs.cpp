// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/pipeline/jobs.hpp"

#include "app/make/age.hpp"
#include "app/make/base_release.hpp"
#include "build/base_recipe.hpp"
#include "build/recipe.hpp"
#include "engine/details.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;
using State = PipelineJob::State;

Channel usual_channel() { return Channel::require("stable"); }

build::BaseRecipe read_base_recipe(const fs::path& file)
{
    return build::parse_base_recipe(files::read(file, build::largest_recipe), file.string());
}

/// What a base made of this recipe says that it was made of.
Digest recipe_digest(build::BaseRecipe recipe, const Release& release)
{
    recipe.level = recipe.level.value_or(release.base_level);
    return sha256(build::encode_base_recipe(recipe));
}

/// A base that a run before laid down and did not publish; nothing where it is another than the one here.
std::optional<fs::path> laid_down_before(const fs::path& place, const Base& here, const build::BaseRecipe& recipe)
{
    const auto bytes = files::read_if_exists(place / "manifest.json", largest_manifest);
    if (!bytes) {
        return std::nullopt;
    }
    const auto release = parse_manifest(*bytes);
    const bool is_it = release.tree.commit == here.commit && release.inputs.recipe == recipe_digest(recipe, release);
    return is_it ? std::optional(place) : std::nullopt;
}

void look_at_base(World& world, const fs::path& site, const SiteState& state, PipelineJob& job)
{
    const auto recipe = read_base_recipe(job.recipe);
    job.name = recipe.id.text();
    const auto listed = newest_listed(site, state, published_id(recipe.id), usual_channel());
    const auto snapshot = world.db.snapshot();
    const auto* here = snapshot.find_base(recipe.id);
    job.why.is_new = !listed;
    job.why.has_other_recipe = listed && listed->release.inputs.recipe != recipe_digest(recipe, listed->release);
    job.why.is_missing = here == nullptr;
    if (here == nullptr) {
        return;
    }
    job.why.is_another = listed && listed->release.tree.commit != here->commit;
    job.why.moved = moved_in_base(world, *here);
    if (!job.why.is_any()) {
        job.state = State::current;
        return;
    }
    const auto kept = laid_down_before(pipeline_place(world).bases / job.name, *here, recipe);
    if (job.why.moved.empty() && kept) {
        job.state = State::kept;
        job.result = *kept;
    }
}

/// Why what is listed would not do on the base that is here now; empty: it would.
std::string unfit_now(const World& world, const fs::path& site, const Base& base, const Release& release)
{
    const auto packed = files::read_if_exists(site / packed_details_path(release.details), largest_details);
    if (!packed) {
        return "what it says of itself is not in the repository";
    }
    return with_context("details of " + release.app.text() + " in " + site.string(), [&] {
        const auto details = engine::unpack_pinned(release.details, *packed, world.unpack_file);
        return unfit_for(world, base, release, parse_details(details)).value_or("");
    });
}

void look_at_module(World& world, const fs::path& site, const SiteState& state, const std::set<std::string>& coming,
                    PipelineJob& job)
{
    const auto recipe = build::parse_recipe(files::read(job.recipe, build::largest_recipe), job.recipe.string());
    job.name = recipe.app.text();
    job.base = build::built_over(recipe).text();
    if (coming.contains(job.base)) {
        job.state = State::waits;
        return;
    }
    const auto now = look_at_recipe(world, job.recipe);
    const auto listed = newest_listed(site, state, recipe.app, usual_channel());
    const auto unfit = listed ? unfit_now(world, site, now.base, listed->release) : "";
    job.why = reasons_to_build(listed, now.recipe, unfit, now.packages);
    std::vector<Package> packages;
    std::ranges::transform(now.packages, std::back_inserter(packages), &OfferedPackage::package);
    job.key = build_key(now.recipe, now.base.commit, std::move(packages));
    if (!job.why.is_any()) {
        job.state = State::current;
    } else if (const auto kept = pipeline_place(world).builds.find(*job.key, now.app)) {
        job.state = State::kept;
        job.result = *kept;
    }
}

template <class Look>
PipelineJob looked_at(PipelineJob job, const Look& look)
{
    try {
        look(job);
    } catch (const Error& error) {
        if (!is_of_one_recipe(error)) {
            throw;
        }
        job.state = State::failed;
        job.problem = error;
    }
    return job;
}

} // namespace

bool is_of_one_recipe(const Error& error) { return error.code() != Code::interrupted && error.code() != Code::bug; }

void require_distinct(const std::vector<PipelineJob>& jobs)
{
    std::map<std::tuple<PipelineJob::Kind, std::string, std::string>, const PipelineJob*> known;
    for (const auto& job : jobs) {
        const auto [first, is_new] = known.try_emplace({job.kind, job.name, job.base}, &job);
        if (!is_new && !job.name.empty()) {
            throw Error(Code::conflict, first->second->recipe.string() + " and " + job.recipe.string() + " both make " +
                                            job.name + (job.base.empty() ? "" : " for " + job.base));
        }
    }
}

PipelinePlace pipeline_place(const World& world)
{
    const auto work = fs::weakly_canonical(fs::absolute(world.root)) / "ci";
    return {work, work / "bases", BuildCache(work / "built")};
}

fs::path pipeline_inputs(const World& world) { return pipeline_place(world).work / "inputs"; }

PipelineJob base_job(World& world, const fs::path& site, const SiteState& state, const fs::path& recipe)
{
    return looked_at({.kind = PipelineJob::Kind::base, .recipe = recipe, .name = ""},
                     [&](PipelineJob& job) { look_at_base(world, site, state, job); });
}

PipelineJob module_job(World& world, const fs::path& site, const SiteState& state, const fs::path& recipe,
                       const std::set<std::string>& coming)
{
    return looked_at({.kind = PipelineJob::Kind::module, .recipe = recipe, .name = ""},
                     [&](PipelineJob& job) { look_at_module(world, site, state, coming, job); });
}

} // namespace qpkg::app
