// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include <vector>

namespace qpkg::app {

/// The packages that a release is made of, by its details, which must be here; of no release none. Errors: not_found,
/// corrupt, both with the way to get them.
std::vector<Package> packages_of(const World& world, const Release* release);

} // namespace qpkg::app
