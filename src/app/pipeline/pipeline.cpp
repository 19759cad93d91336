// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/pipeline/pipeline.hpp"

#include "app/make/base.hpp"
#include "app/pipeline/at_once.hpp"
#include "app/pipeline/jobs.hpp"
#include "app/pipeline/recipes.hpp"
#include "build/base_recipe.hpp"
#include "build/recipe.hpp"
#include "engine/writer_lock.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"

#include <algorithm>
#include <mutex>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;
using State = PipelineJob::State;

PublishRequest publication_of(const PipelineRequest& request, std::vector<fs::path> modules)
{
    return {.modules = std::move(modules),
            .withdrawals = {},
            .repository = request.repository,
            .keys = request.keys,
            .passphrase = request.passphrase,
            .deltas = request.deltas,
            .command = request.command,
            .only_when_due = true,
            .retention = request.retention};
}

/// Before hours of building: that the repository can be read, and that keys are there which can sign it.
void require_publishable(World& world, const PipelineRequest& request)
{
    auto look = publication_of(request, {});
    look.only_when_due = false;
    plan_publication(publisher_ports(world), look);
}

void build_base_of(World& world, PipelineJob& job, const Turns& turns)
{
    const auto recipe = build::parse_base_recipe(files::read(job.recipe, build::largest_recipe), job.recipe.string());
    try {
        job.result =
            build_base(world,
                       {.id = recipe.of,
                        .mirror = recipe.mirror,
                        .keyring = recipe.keyring.empty() ? fs::path() : job.recipe.parent_path() / recipe.keyring,
                        .packages = recipe.packages,
                        .level = recipe.level,
                        .as = recipe.id.text(),
                        .out = pipeline_place(world).bases},
                       turns.begin)
                .directory;
        job.state = State::built;
    } catch (const Error& error) {
        turns.end();
        if (!is_of_one_recipe(error)) {
            throw;
        }
        job.state = State::failed;
        job.problem = error;
        return;
    }
    turns.end();
    fault_point("ci.base");
}

/// Several at once, each in a process of its own.
void build_modules(World& world, const PipelineRequest& request, std::vector<PipelineJob*> jobs)
{
    const auto& cache = pipeline_place(world).builds;
    std::mutex one_tells;
    world.progress.begin("build", std::to_string(jobs.size()) + " modules", jobs.size());
    const auto failures = do_at_once(request.jobs, jobs.size(), [&](std::size_t i) {
        auto& job = *jobs[i];
        request.build(job.recipe, cache.place(*job.key));
        const std::lock_guard held(one_tells);
        job.key = cache.settle(*job.key, AppId::require(job.name));
        job.result = cache.find(*job.key, AppId::require(job.name)).value();
        job.state = State::built;
        world.progress.advance(1);
    });
    world.progress.end("");
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (failures[i] && !is_of_one_recipe(*failures[i])) {
            throw *failures[i];
        }
        if (failures[i]) {
            jobs[i]->state = State::failed;
            jobs[i]->problem = failures[i];
        }
    }
}

std::vector<fs::path> results_of(const std::vector<PipelineJob>& jobs)
{
    std::vector<fs::path> results;
    for (const auto& job : jobs) {
        if (!job.result.empty()) {
            results.push_back(job.result);
        }
    }
    return results;
}

} // namespace

bool PipelineReport::has_failed() const
{
    return std::ranges::find(jobs, State::failed, &PipelineJob::state) != jobs.end();
}

PipelineReport plan_pipeline(World& world, const PipelineRequest& request)
{
    const auto recipes = find_recipes(request.recipes);
    const auto site = read_site(request.repository);
    PipelineReport report;
    std::set<std::string> coming;
    for (const auto& recipe : recipes.bases) {
        report.jobs.push_back(base_job(world, request.repository, site, recipe));
        if (report.jobs.back().state == State::build) {
            coming.insert(report.jobs.back().name);
        }
    }
    for (const auto& recipe : recipes.modules) {
        report.jobs.push_back(module_job(world, request.repository, site, recipe, coming));
    }
    require_distinct(report.jobs);
    return report;
}

PipelineReport run_pipeline(World& world, const PipelineRequest& request, const Turns& turns)
{
    const auto place = pipeline_place(world);
    files::make_directories(place.work);
    const auto lock = engine::WriterLock::take(place.work, request.command);
    const auto recipes = find_recipes(request.recipes);
    require_publishable(world, request);
    const auto site = read_site(request.repository);
    PipelineReport report;
    for (const auto& recipe : recipes.bases) {
        auto job = base_job(world, request.repository, site, recipe);
        if (job.state == State::build) {
            build_base_of(world, job, turns);
        }
        report.jobs.push_back(std::move(job));
    }
    for (const auto& recipe : recipes.modules) {
        report.jobs.push_back(module_job(world, request.repository, site, recipe, {}));
    }
    require_distinct(report.jobs);
    std::vector<PipelineJob*> to_build;
    for (auto& job : report.jobs) {
        if (job.state == State::build) {
            to_build.push_back(&job);
        }
    }
    if (!to_build.empty()) {
        build_modules(world, request, std::move(to_build));
    }
    if (report.has_failed() && request.on_failure == OnFailure::stop) {
        return report;
    }
    auto publication = publication_of(request, results_of(report.jobs));
    publication.inputs = pipeline_inputs(world);
    report.published = publish(world, publication);
    fault_point("ci.published");
    place.builds.keep_only({}); // what is published needs no cache
    files::remove_tree(place.bases);
    files::remove_tree(pipeline_inputs(world));
    return report;
}

} // namespace qpkg::app
