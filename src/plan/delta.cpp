// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/delta.hpp"

#include <algorithm>

namespace qpkg::plan {

std::optional<DeltaSummary> choose_delta(const Release& release, const std::vector<CommitId>& here)
{
    std::optional<DeltaSummary> best;
    for (const auto& delta : release.deltas) {
        const bool usable = std::ranges::binary_search(here, delta.from) && delta.size < delta.objects_size;
        if (usable && (!best || delta.size < best->size)) {
            best = delta;
        }
    }
    return best;
}

} // namespace qpkg::plan
