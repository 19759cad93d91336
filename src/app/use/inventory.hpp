// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "repo-format/repo/inventory.hpp"

namespace qpkg::app {

/// What this machine holds: see repo-format/repo/inventory.md.
Inventory take_inventory(World& world);

} // namespace qpkg::app
