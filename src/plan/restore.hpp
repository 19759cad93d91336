// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan.hpp"

namespace qpkg::plan {

/// What the current generations want and the stores lack, for example after a restored backup: volumes that are not
/// there, and the commits they are made from. Nothing that is recorded changes.
Plan plan_restore(const Snapshot& snapshot);

} // namespace qpkg::plan
