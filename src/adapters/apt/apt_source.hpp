// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "build/lock.hpp"
#include "build/recipe.hpp"

#include "qpkg/ports/progress.hpp"
#include "qpkg/ports/sandbox.hpp"

#include <filesystem>

namespace qpkg::build {

/// Where and with what a module is built.
struct Workshop {
    Sandbox& sandbox;
    Progress& progress;
    std::filesystem::path base_image;
    std::filesystem::path scratch; ///< empty at first, removed by the caller; not on an overlay file system
    std::filesystem::path cache;   ///< what apt downloaded, kept from build to build of one base
};

/// Steps 1 and 2 without a lock: refreshes the base's package lists, chooses the packages, downloads them, all checked
/// by the base's own apt against its keys. Errors: not_found (no such package; near names in the hint), conflict (the
/// base has it already), failed (unreachable).
Lock resolve_packages(const Workshop& workshop, const Recipe& recipe, const BaseId& base, const CommitId& base_commit);

/// Step 2 with a lock: afterwards every package file is in the cache, with the bytes the lock names. Error not_found
/// names the first that cannot be had any more.
void fetch_packages(const Workshop& workshop, const Lock& lock);

/// Step 3: installs exactly the packages of the lock, without network; no service starts. Returns the directory with
/// the changes.
std::filesystem::path install_packages(const Workshop& workshop, const Lock& lock);

/// The finished tree over the base, as a qube sees it: runs each shell command as an ordinary user, without network.
/// Error failed names the first that does not succeed.
void run_tests(const Workshop& workshop, const std::filesystem::path& tree, const std::vector<std::string>& tests);

} // namespace qpkg::build
