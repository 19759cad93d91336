// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "plan/plan.hpp"

namespace qpkg::app {

/// Error corrupt when a release that the plan makes known says another thing of its exports in its tree, which the qube
/// reads, than in its manifest, which people said yes to. What the plan fetches must be in the store.
void require_told_exports(const World& world, const plan::Plan& plan);

} // namespace qpkg::app
