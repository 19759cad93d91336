// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qpkg {

/// Takes one code point off the front; nothing when the bytes are not shortest-form UTF-8 (RFC 3629).
std::optional<char32_t> take_code_point(std::string_view& text);

bool is_utf8(std::string_view text);

/// Control characters and those that change the direction of writing: they make a name read as another one.
bool is_deceptive(char32_t code_point);

} // namespace qpkg
