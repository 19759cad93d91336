// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/change.hpp"
#include "qpkg/model/state.hpp"

#include <cstddef>
#include <vector>

namespace qpkg::plan {

/// What may go, and what must stay.
struct Garbage {
    std::vector<Change> changes;        ///< rows that go, before their content does
    std::vector<VolumeId> volumes;      ///< images that nothing names any more
    std::vector<CommitId> kept_commits; ///< everything else in the object store may go; ascending

    friend bool operator==(const Garbage&, const Garbage&) = default;
};

/// Keeps each qube's current generation and the `keep` newest others; drops the rest and whatever only they used.
Garbage plan_gc(const Snapshot& snapshot, std::size_t keep);

/// Only what no row names: changes nothing in the database.
Garbage plan_leftovers(const Snapshot& snapshot);

/// Commits and volumes that `snapshot` needs, ascending.
std::vector<CommitId> needed_commits(const Snapshot& snapshot);
std::vector<VolumeId> needed_volumes(const Snapshot& snapshot);

} // namespace qpkg::plan
