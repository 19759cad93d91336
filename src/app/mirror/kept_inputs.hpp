// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/ports/fetcher.hpp"

#include <cstdint>
#include <filesystem>

namespace qpkg::app {

struct CopiedInputs {
    std::uint64_t bytes = 0; ///< that came
    bool changed = false;
};

/// Brings what a release of this lock file was made of, and what proves where that came from, as far as the repository
/// keeps it; the table that names it last. What is there stays. Errors: not_found (something that its lock file or
/// table names), corrupt (it is not what its name says).
CopiedInputs copy_kept_inputs(Fetcher& from, const std::filesystem::path& to, const Digest& lock);

} // namespace qpkg::app
