// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why garbage is what no row names. The database is the only list of what is needed: the object store has no refs and
// the volume store no counters. A counter that is wrong once stays wrong; names are compared anew each time, and what a
// broken command left is garbage without anybody having noted it. The other side of it: a lost database would make
// everything garbage, so `gc` refuses where one was lost (app/use/loss.hpp).
//
// Where qubes are made by other tools there is a second list: what their features name (Snapshot::named). A clone that
// nobody has recorded yet would not start without it.
//
// Rows go before the content that they name. A crash between the two leaves content without a row, which the next `gc`
// takes. The other order would leave a row that names nothing: a generation that cannot be gone back to.
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
    std::vector<Digest> kept_details;   ///< of all details; ascending

    friend bool operator==(const Garbage&, const Garbage&) = default;
};

/// How many older generations stay, and of which qubes others go; no qube named: of all.
struct Keeping {
    std::size_t keep;
    std::vector<QubeName> only = {};
};

/// Keeps each qube's current generation and the newest others, as many as are to stay; drops the rest and whatever only
/// they used. Of each base the newest release stays: new qubes are made from it.
Garbage plan_gc(const Snapshot& snapshot, const Keeping& keeping);

/// Only what no row names: changes nothing in the database.
Garbage plan_leftovers(const Snapshot& snapshot);

/// Volumes that `snapshot` needs, ascending.
std::vector<VolumeId> needed_volumes(const Snapshot& snapshot);

} // namespace qpkg::plan
