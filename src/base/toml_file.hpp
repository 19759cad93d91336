// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/toml_section.hpp"

#include "qpkg/core/files.hpp"

#include <cstddef>
#include <filesystem>

namespace qpkg {

inline constexpr std::size_t largest_toml_file = 1024 * 1024;

/// Reads a file that an administrator wrote: `read` is given the whole. Keys it does not ask for are errors.
template <class Read>
void read_toml_file(const std::filesystem::path& file, Read&& read)
{
    const auto name = file.string();
    const auto table = parse_toml(files::read(file, largest_toml_file), name, TomlTexts::any);
    TomlSection whole(table, "", name, TomlTexts::any);
    read(whole);
    whole.refuse_unknown();
}

} // namespace qpkg
