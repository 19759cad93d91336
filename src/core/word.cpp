// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/word.hpp"

#include <algorithm>

namespace qpkg::text {

bool is_word(std::string_view text, std::size_t limit, std::string_view others)
{
    return !text.empty() && text.size() <= limit && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

} // namespace qpkg::text
