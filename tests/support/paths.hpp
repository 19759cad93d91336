// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace qpkg::testing {

/// The top of the source tree, and the folder of the programs under test.
std::filesystem::path source_directory();
std::filesystem::path program_directory();

} // namespace qpkg::testing
