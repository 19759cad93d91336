// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"

#include <map>

namespace qpkg::app {

/// Whether other releases may do better: this one, or the repository it comes from, is at fault, not this machine.
bool is_of_the_release(const Error& error);

/// Makes the plan of an upgrade that may leave apps out again, without the apps that failed. What was planned for the
/// others costs what it costs. Error, the reason, when nothing is left then.
void leave_out(PreparedChange& change, const std::map<AppId, Error>& failed);

/// Runs what the plan wants prepared. Of an upgrade that may leave apps out, a release that cannot be had, or is not
/// what its manifest says, is left out, and the plan is made again without it. Error, the reason, when nothing is left
/// then; Error engine::Damaged leaves nothing out, for what is here can be brought again.
engine::Prepared prepare_steps(World& world, PreparedChange& change);

} // namespace qpkg::app
