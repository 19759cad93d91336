// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the host reads the trees of extensions. That an extension holds nothing but files for its point is a promise of
// whoever built it. What it holds is seen by other apps, so it is looked at where nobody could change it any more: the
// objects have come, every name in the tree is pinned by the commit, and the release is not recorded yet.
#pragma once

#include "app/use/known_details.hpp"
#include "app/world.hpp"
#include "plan/plan.hpp"

namespace qpkg::app {

/// Error corrupt when an extension that a qube of the plan would have holds a file that is not for its point; conflict
/// when two extensions of one app hold different files at one path. What the plan fetches must be in the store.
void require_extension_trees(const World& world, const Snapshot& snapshot, const plan::Plan& plan);
/// The latter before anything is fetched, by what extensions say of themselves, where that was brought.
void require_apart(const Snapshot& snapshot, const plan::Plan& plan, KnownDetails& details);

} // namespace qpkg::app
