// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/paths.hpp"

namespace qpkg::testing {

std::filesystem::path source_directory() { return QPKG_SOURCE_DIR; }
std::filesystem::path program_directory() { return QPKG_BIN_DIR; }

} // namespace qpkg::testing
