// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/state.hpp"

#include <set>

namespace qpkg::plan {

/// Releases that some generation of some qube has, and those of bases that are here. Others are known because they were
/// imported and may be installed.
std::set<ManifestId> bound_releases(const Snapshot& snapshot);

} // namespace qpkg::plan
