// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/utf8.hpp"

namespace qpkg {
namespace {

struct Lead {
    std::size_t length; ///< bytes of the sequence, 0 when this byte cannot lead
    char32_t bits;
    char32_t smallest; ///< shorter forms exist for anything below
};

Lead lead_of(unsigned char byte)
{
    if (byte < 0x80) {
        return {1, byte, 0};
    }
    if ((byte & 0xe0) == 0xc0) {
        return {2, byte & 0x1fU, 0x80};
    }
    if ((byte & 0xf0) == 0xe0) {
        return {3, byte & 0x0fU, 0x800};
    }
    if ((byte & 0xf8) == 0xf0) {
        return {4, byte & 0x07U, 0x10000};
    }
    return {0, 0, 0};
}

} // namespace

std::optional<char32_t> take_code_point(std::string_view& text)
{
    if (text.empty()) {
        return std::nullopt;
    }
    const auto lead = lead_of(static_cast<unsigned char>(text.front()));
    if (lead.length == 0 || text.size() < lead.length) {
        return std::nullopt;
    }
    auto value = lead.bits;
    for (const char c : text.substr(1, lead.length - 1)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) {
            return std::nullopt;
        }
        value = value << 6 | (byte & 0x3fU);
    }
    if (value < lead.smallest || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return std::nullopt;
    }
    text.remove_prefix(lead.length);
    return value;
}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        if (!take_code_point(text)) {
            return false;
        }
    }
    return true;
}

bool is_deceptive(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f || c == 0x2028 ||
           c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

} // namespace qpkg
