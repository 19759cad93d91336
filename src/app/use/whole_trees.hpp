// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the host reads the trees of whole views. The agent mounts homes and more over such a tree, and refuses one that
// has a link there. That is said before the release is recorded, where a person reads it, and not by a qube that
// starts without its app.
#pragma once

#include "app/world.hpp"
#include "plan/plan.hpp"

namespace qpkg::app {

/// Error corrupt when a release that the plan learns brings its own root, and its tree cannot be one. What the plan
/// fetches must be in the store.
void require_whole_trees(const World& world, const plan::Plan& plan);

} // namespace qpkg::app
