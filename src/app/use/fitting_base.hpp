// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why only a new app is refused. What is in a qube already may have stood there for months, on a base that moved below
// it: to keep it from its next release would help nobody, and to take it away less. A person who installs an app can
// still choose another release, or another qube.
#pragma once

#include "app/use/known_details.hpp"
#include "app/world.hpp"
#include "plan/plan.hpp"

namespace qpkg::app {

/// Error conflict when an app that is new in a qube is known not to fit the qube's base, naming the first misfit. Of a
/// base that says nothing of itself, and of a template that nobody adopted, nothing is known; one whose details are
/// damaged is warned of. What the plan fetches must be in the store.
void require_fitting_base(const World& world, const Snapshot& snapshot, const plan::Plan& plan);
/// The same before anything is fetched, by details that were brought: where they could not be had nothing is known yet.
void require_fitting_base(const World& world, const Snapshot& snapshot, const plan::Plan& plan, KnownDetails& details);

} // namespace qpkg::app
