// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/delta.hpp"

namespace qpkg::delta {

/// Writes the files of a delta, each checked, into an empty directory. Errors: not_found, corrupt, failed, no_space.
void fetch_delta(const DeltaSummary& delta, const CommitId& to, const std::filesystem::path& directory, Fetcher& from,
                 Progress& progress);

/// See CopyDelta in qpkg/ports/delta.hpp.
std::uint64_t copy(const std::filesystem::path& archive, const DeltaSummary& delta, const CommitId& to, Fetcher& from,
                   Progress& progress);

} // namespace qpkg::delta
