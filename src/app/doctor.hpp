// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/change.hpp"

#include <vector>

namespace qpkg::app {

/// What keeps volumes from qubes, or will: missing images, a store that copies, what the backend finds. Changes
/// nothing.
std::vector<Finding> diagnose(World& world);

/// The volumes that are recorded and not there; nothing when all are. `apply_restore` fetches what they are made from
/// and makes them.
PreparedChange prepare_restore(World& world);
engine::Prepared apply_restore(World& world, PreparedChange& change);

} // namespace qpkg::app
