// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "engine/transaction.hpp"

namespace qpkg::app {

/// Makes all that the plan needs of what was laid aside, and remembers the releases, so that the plan can be carried
/// out without asking anybody; no qube is changed. Under the writer lock. Errors as `apply`.
engine::Prepared keep_for_later(World& world, PreparedChange& change);

} // namespace qpkg::app
