// SPDX-License-Identifier: LGPL-2.1-or-later
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
