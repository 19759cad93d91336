// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/delta.hpp"

namespace qpkg::delta {

/// See MakeDeltas in qpkg/ports/delta.hpp.
std::vector<DeltaSummary> make(const std::filesystem::path& archive, std::span<const CommitId> from, const CommitId& to,
                               const CommitSigner& signer, Progress& progress);

} // namespace qpkg::delta
