// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// Where qubes are made by other tools, those of `names` that are not recorded yet: they are put into `snapshot`, and
/// the changes that record them are returned. Errors: not_found (no such qube), usage (nobody has said its base).
std::vector<Change> adopt_qubes(World& world, Snapshot& snapshot, const std::vector<std::string>& names,
                                const plan::Occasion& occasion);

} // namespace qpkg::app
