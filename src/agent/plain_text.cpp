// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/plain_text.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

bool is_text_control(unsigned char c) { return (c >= '\b' && c <= '\r' && c != '\v') || c == 0x1b; }

/// How long a character is that begins so; 0: none does.
std::size_t length_of_character(unsigned char first)
{
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7f ? 1U : (is_text_control(first) ? 1U : 0U);
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    return first < 0xe0 ? 2 : (first < 0xf0 ? 3 : 4);
}

/// Overlong forms, surrogates and what is beyond Unicode, told by the second byte.
bool is_second(unsigned char first, unsigned char second)
{
    const unsigned lowest = first == 0xe0 ? 0xa0 : (first == 0xf0 ? 0x90 : 0x80);
    const unsigned highest = first == 0xed ? 0x9f : (first == 0xf4 ? 0x8f : 0xbf);
    return second >= lowest && second <= highest;
}

} // namespace

bool is_plain_text(std::string_view beginning)
{
    while (!beginning.empty()) {
        const auto first = static_cast<unsigned char>(beginning.front());
        const auto length = length_of_character(first);
        const auto there = beginning.substr(0, length);
        if (length == 0 || (there.size() > 1 && !is_second(first, static_cast<unsigned char>(there[1]))) ||
            !std::ranges::all_of(there.substr(std::min<std::size_t>(1, there.size())),
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; })) {
            return false;
        }
        beginning.remove_prefix(there.size());
    }
    return true;
}

} // namespace qpkg::agent
