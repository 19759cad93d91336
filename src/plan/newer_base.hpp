// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/state.hpp"

namespace qpkg::plan {

/// The newest release of the same base and level that is here; null: none is newer than `now`.
const Base* newer_base(const Snapshot& snapshot, const Base& now);

} // namespace qpkg::plan
