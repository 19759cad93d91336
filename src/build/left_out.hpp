// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "build/finding.hpp"
#include "build/recipe.hpp"

#include "qpkg/ports/package_source.hpp"

#include <span>
#include <string>
#include <vector>

namespace qpkg::build {

/// What the packages that a recipe names recommend, and neither the module nor its base has.
void find_left_out(const Recipe& recipe, std::span<const InstalledPackage> installed,
                   std::span<const InstalledPackage> base, std::vector<Finding>& findings);

} // namespace qpkg::build
