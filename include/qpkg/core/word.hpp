// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace qpkg::text {

/// One to `limit` characters, each an ASCII letter, a digit or one of `others`.
bool is_word(std::string_view text, std::size_t limit, std::string_view others = {});

} // namespace qpkg::text
