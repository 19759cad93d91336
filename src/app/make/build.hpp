// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a build ends with one exchange of directories. It takes minutes, and what stood at the place before must stay
// usable until the new result is whole. So it is made beside its place, on the same file system, synced, and exchanged
// at once. The result is a draft: it has sequence 0 and no signature. Publishing is another command, often on another
// machine: who builds runs maintainer scripts and should not hold keys.
#pragma once

#include "app/world.hpp"
#include "build/finding.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct BuildRequest {
    std::string from;          ///< a recipe file, or "deb:NAME" for one package without a recipe
    std::string base;          ///< needed with "deb:NAME"; with a recipe empty, or the recipe's own
    std::filesystem::path out; ///< the result is `<out>/<app-id>/`
    std::filesystem::path
        lock; ///< take exactly the packages of this lock file; empty: what the package sources have now
    /// Without a lock file: where package files and signed lists are kept for those who build again; with one: where
    /// they are taken from. Empty: nowhere.
    std::filesystem::path inputs = {};
};

struct BuildReport {
    Release release;                      ///< a draft: sequence 0, unsigned
    std::filesystem::path directory;      ///< manifest.json, details.zst, owners.zst, module.toml, module.lock, ostree/
    std::vector<build::Finding> findings; ///< ascending
    std::size_t tests;                    ///< that ran, and passed
    std::size_t packages;                 ///< that the module is made of
};

/// What a build begins with.
struct BuildPlan {
    AppId app;
    BaseOrNone base;
    std::optional<BaseId> root;        ///< of a whole view: the base whose root it is made with
    std::vector<std::string> packages; ///< asked for; what they need is chosen while it is built
    std::filesystem::path directory;   ///< where the result comes
    bool replaces;                     ///< something is there
};
/// Reads recipe and lock file. Errors: usage, not_found, conflict, as `build_module`.
BuildPlan plan_build(World& world, const BuildRequest& request);

/// Builds a module and leaves it ready for `publish`; what was at the place before is replaced at the end, at once.
/// Errors: usage (recipe), not_found (no such base, package, recipe, or a locked package that is gone), conflict
/// (recipe or lock for another base, the base has the package), failed (network, installation, a test), no_space.
BuildReport build_module(World& world, const BuildRequest& request);

} // namespace qpkg::app
