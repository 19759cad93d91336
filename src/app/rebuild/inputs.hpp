// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/ports/fetcher.hpp"

#include <filesystem>

namespace qpkg::app {

/// A recipe or lock that a release was built from, into a new file. Errors: not_found (the repository lacks it),
/// corrupt (its bytes are not what its name says).
void bring_input(Fetcher& from, const Digest& input, const std::filesystem::path& place);

} // namespace qpkg::app
