// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/strict_toml.hpp"

#include "qpkg/core/error.hpp"

#include <filesystem>
#include <string>

namespace qpkg::cli {

/// A file that an administrator wrote. Error usage "file:line:column: what".
toml::table parse_toml_file(const std::filesystem::path& file);

/// Error usage for something at a place in such a file.
Error wrong_toml(const std::filesystem::path& file, const toml::source_region& where, const std::string& what);

} // namespace qpkg::cli
