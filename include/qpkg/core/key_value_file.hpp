// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/error.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace qpkg {

inline constexpr std::size_t largest_key_value_file = 256 * 1024; ///< bytes

/// A line of a file of groups and keys (freedesktop.org, Desktop Entry Specification 1.5, section 3), without the
/// blanks around its parts.
struct KeyLine {
    std::size_t number;
    std::string_view group; ///< "[Desktop Entry]"; empty for a key
    std::string_view key;   ///< "Name[de]"
    std::string_view value;
};

/// Groups and keys in the order of the file; parts of `bytes`. `also_in_keys`: characters that keys of this kind of
/// file may hold, too. Error corrupt "line 3: …": not of that form, a control character, larger than 256 KiB.
std::vector<KeyLine> read_key_value_file(std::string_view bytes, std::string_view also_in_keys = {});

/// Error corrupt "line 3: what".
Error broken_line(std::size_t number, std::string_view what);

} // namespace qpkg
