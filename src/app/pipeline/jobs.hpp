// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/pipeline/build_cache.hpp"
#include "app/pipeline/pipeline.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

/// Only for pipeline.cpp: what there is to do.
namespace qpkg::app {

/// Where a pipeline works: below the state directory.
struct PipelinePlace {
    std::filesystem::path work;  ///< with its lock
    std::filesystem::path bases; ///< what `publish` takes of bases
    BuildCache builds;
};
PipelinePlace pipeline_place(const World& world);

PipelineJob base_job(World& world, const std::filesystem::path& site, const SiteState& state,
                     const std::filesystem::path& recipe);
/// `coming`: bases that are made first.
PipelineJob module_job(World& world, const std::filesystem::path& site, const SiteState& state,
                       const std::filesystem::path& recipe, const std::set<std::string>& coming);

/// Error conflict: two recipes make the same app for one base, or the same base.
void require_distinct(const std::vector<PipelineJob>& jobs);

/// Error interrupted and bug end a run; everything else is told of the recipe it is about.
bool is_of_one_recipe(const Error& error);

} // namespace qpkg::app
