// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why another base is another command than a newer one. `upgrade` never changes whose base a qube stands on: who makes
// it can do everything there. To change it is a decision, and all apps of the qube need releases for the new base. One
// that has none stops the move before anything is fetched: half of a qube on another base is no qube.
#pragma once

#include "plan/base_choice.hpp"
#include "plan/plan.hpp"

#include <vector>

namespace qpkg::plan {

/// Moves qubes to a base of another id, or another level of theirs, each app to the newest of `releases` that fits it,
/// or the one it has where that does. Qubes that stand on it already stay. Error conflict names all apps that have
/// none.
Plan plan_rebase(const Snapshot& snapshot, const NewBase& base, const std::vector<KnownRelease>& releases,
                 const std::vector<QubeName>& qubes, const Occasion& occasion, const MisfitWords& misfit);

/// Whether the qube stands on that base, whatever its release.
bool stands_on(const Snapshot& snapshot, const Qube& qube, const Base& base);

} // namespace qpkg::plan
