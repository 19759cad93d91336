// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::build {

/// The finished tree over the base, as a qube sees it: runs each shell command as an ordinary user, without network.
/// Error failed names the first that does not succeed.
void run_tests(const Workshop& workshop, const std::filesystem::path& tree, const std::vector<std::string>& tests);

} // namespace qpkg::build
