// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace qpkg {

/// What an archive from outside may cost.
struct UnpackLimits {
    std::uint64_t entries = 2'000'000;
    std::uint64_t size = std::uint64_t{64} << 30U; ///< bytes of file contents
};

struct UnpackReport {
    std::uint64_t entries = 0;
    std::uint64_t size = 0;    ///< bytes of file contents
    std::uint64_t skipped = 0; ///< devices, pipes and sockets: not part of any tree
};

} // namespace qpkg
