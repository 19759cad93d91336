// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/roles.hpp"

#include "qpkg/ports/clock.hpp"

#include <filesystem>
#include <string>

namespace qpkg::app {

/// Writes a first root that nobody has signed yet, for signing_request.hpp and `publish --attach`. Error conflict when
/// the directory holds something.
void prepare_first_root(const Clock& clock, const std::filesystem::path& directory, tuf::Root root);

} // namespace qpkg::app
