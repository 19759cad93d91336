// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/printable.hpp"

namespace qpkg::text {
namespace {

std::string hex(unsigned char byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    return std::string("\\x") + digits[byte >> 4U] + digits[byte & 15U];
}

/// Bytes of the control character that begins here, 0 for any other.
std::size_t control_length(std::string_view words)
{
    const auto first = static_cast<unsigned char>(words.front());
    if (first < 0x20 || first == 0x7f) {
        return 1;
    }
    const bool c1 = first == 0xc2 && words.size() > 1 && static_cast<unsigned char>(words[1]) < 0xa0;
    return c1 ? 2 : 0;
}

} // namespace

std::string printable(std::string_view words)
{
    std::string safe;
    while (!words.empty()) {
        const auto control = control_length(words);
        if (control == 0) {
            safe += words.front();
        }
        for (const char byte : words.substr(0, control)) {
            safe += hex(static_cast<unsigned char>(byte));
        }
        words.remove_prefix(control == 0 ? 1 : control);
    }
    return safe;
}

bool is_printable(std::string_view words) { return printable(words) == words; }

} // namespace qpkg::text
