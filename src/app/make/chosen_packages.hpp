// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/make/build.hpp"
#include "build/lock.hpp"
#include "build/recipe.hpp"

#include "qpkg/ports/package_source.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// Only for build.cpp: what a module is made of.
namespace qpkg::app {

/// The lock file of a request. Error conflict when it was made on another base.
build::Lock require_lock(const BuildRequest& request, const Base& base);

/// Where the signed lists wait until the packages are chosen.
std::filesystem::path kept_lists(const Workshop& workshop);

/// Those of the lock file, else what the distribution has now; in the cache afterwards. `tools`: packages besides.
build::Lock choose_packages(const PackageSource& source, const Workshop& workshop, const BuildRequest& request,
                            const build::Recipe& recipe, const Base& base, const std::vector<std::string>& tools);

/// Error no_space.
void require_room_for(const std::filesystem::path& scratch, const build::Recipe& recipe, const build::Lock& lock,
                      const Base& base);

} // namespace qpkg::app
