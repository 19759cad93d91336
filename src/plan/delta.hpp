// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one delta is taken and never a chain. A delta costs what its files weigh, and that is in the signed manifest: so
// the choice is made before anything is fetched, and the plan shows the real size. A chain of deltas would need every
// commit in between, whole, and could break at any link. When a delta cannot be had or applied, the objects come one by
// one instead (app/use/fetching.hpp): a delta saves time, nothing depends on it.
#pragma once

#include "qpkg/model/state.hpp"

#include <optional>

namespace qpkg::plan {

/// The smallest delta of the release that starts from a commit that is here and saves bytes. `here` is ascending.
std::optional<DeltaSummary> choose_delta(const Release& release, const std::vector<CommitId>& here);

} // namespace qpkg::plan
