// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a pipeline is one command that decides everything from what is there. Whoever strings `build` and `publish`
// together has to say what is outdated, in which order bases come, what of a killed run can be used, and that nothing
// is published when half of it failed. Here each of these is answered once: bases first, then what the repository lists
// is compared with what would be built now, then builds, several at once, each a process of its own that could as well
// be a job on another machine, and at the end one publication. Nothing is remembered but results of builds, by what
// they are made of: so a run that was killed anywhere is finished by the same command.
#pragma once

#include "app/pipeline/listed.hpp"
#include "app/publish/publish.hpp"
#include "app/turns.hpp"
#include "app/world.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// What happens when something cannot be built: nothing is published, or the rest is.
enum class OnFailure { stop, go_on };

struct PipelineRequest {
    std::vector<std::filesystem::path> recipes; ///< files and folders, as `find_recipes` takes them
    std::filesystem::path repository;
    std::filesystem::path keys;
    std::optional<std::string> passphrase;
    std::size_t jobs = 2; ///< builds at once
    std::size_t deltas = PublishRequest().deltas;
    Retention retention = {};
    OnFailure on_failure = OnFailure::stop;
    std::string command; ///< shown to whoever meets the lock
    /// Builds a recipe into `out`, as `qpkg build RECIPE --out OUT`; called in several threads at once.
    std::function<void(const std::filesystem::path& recipe, const std::filesystem::path& out)> build;
};

/// One recipe.
struct PipelineJob {
    enum class Kind { base, module };
    enum class State {
        current, ///< what the repository lists is what would be built
        waits,   ///< for its base, which is made first
        build,   ///< it is to be built
        kept,    ///< a run before this one built it, and did not publish it
        built,
        failed
    };

    Kind kind;
    std::filesystem::path recipe;
    std::string name;      ///< of the app or base; empty where the recipe cannot be read
    std::string base = {}; ///< of a module: over which it is built
    State state = State::build;
    BuildReasons why = {};
    std::optional<Digest> key = {};    ///< of a module, once it is known what it would be made of
    std::filesystem::path result = {}; ///< what `publish` takes
    std::optional<Error> problem = {};
};

struct PipelineReport {
    std::vector<PipelineJob> jobs; ///< bases first, each ascending by file
    std::optional<PublishReport> published = {};

    bool has_failed() const;
};

/// Where what builds are made of is kept until it is published.
std::filesystem::path pipeline_inputs(const World& world);

/// What a run would begin with. Asks package sources; builds and publishes nothing. Errors: usage, not_found (no
/// recipes), corrupt or untrusted (the repository). What is wrong with one recipe is in its row.
PipelineReport plan_pipeline(World& world, const PipelineRequest& request);

/// Errors: as above; busy (another run), and as `publish`. What cannot be built is in its row.
PipelineReport run_pipeline(World& world, const PipelineRequest& request, const Turns& turns);

} // namespace qpkg::app
