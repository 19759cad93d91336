// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/state.hpp"

#include <optional>

namespace qpkg::plan {

/// The smallest delta of the release that starts from a commit that is here and saves bytes. `here` is ascending.
std::optional<DeltaSummary> choose_delta(const Release& release, const std::vector<CommitId>& here);

} // namespace qpkg::plan
