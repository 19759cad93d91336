// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

namespace qpkg::cli {

/// The first line of a file. Errors: not_found, usage when it is empty.
std::string read_passphrase(const std::filesystem::path& file);

} // namespace qpkg::cli
