// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a delta is applied into a repository of its own. libostree executes it, on bytes that are pinned but complex, and
// may write whatever it makes. So it writes to scratch, with the store only as a parent to read from. What it made is
// then handed out like the answers of a web server and imported with all checks: a delta is believed no more than a
// server. dom0 does none of this; deltas are applied where the network is.
#pragma once

#include "qpkg/ports/delta.hpp"

namespace qpkg::delta {

/// See ApplyDelta in qpkg/ports/delta.hpp. `store` is the object store that has the delta's first commit; it is read.
std::unique_ptr<AppliedDelta> apply(const std::filesystem::path& store, const DeltaJob& job, Fetcher& from,
                                    Progress& progress);

/// See ApplyCopiedDelta in qpkg/ports/delta.hpp.
std::unique_ptr<AppliedDelta> apply_copied(const std::filesystem::path& archive, const DeltaJob& job, Fetcher& rest,
                                           Progress& progress);

} // namespace qpkg::delta
