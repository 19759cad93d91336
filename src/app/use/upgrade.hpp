// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an upgrade leaves out what it cannot have. One app whose server is gone, or whose volume does not come out as
// signed, must not keep the security fixes of the others away. So an upgrade of everything is planned again without
// that app, says so, and ends with exit code 10. When an app was named, or nothing else is left, its failure is the
// command's: the user asked for exactly that.
//
// What is this machine's fault (a full disk, Ctrl-C, a bug) leaves nobody out: it would hit the next app as well.
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
