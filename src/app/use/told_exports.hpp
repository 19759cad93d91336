// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why manifest and tree are compared. What an app exports stands in its manifest, which the plan shows, and in a file
// of its tree, which the qube reads. Were they different, a person would agree to one thing and get another. Only here
// both are at hand: the objects have come, and the release is not recorded yet. To give the qube the manifest instead
// would need a JSON reader in the qube and a way to it.
#pragma once

#include "app/world.hpp"
#include "plan/plan.hpp"

namespace qpkg::app {

/// Error corrupt when a release that the plan makes known says another thing of its exports in its tree, which the qube
/// reads, than in its manifest, which people said yes to. What the plan fetches must be in the store.
void require_told_exports(const World& world, const plan::Plan& plan);

} // namespace qpkg::app
