// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace qpkg::erofs {

inline void append(std::string& out, std::uint64_t value, std::size_t bytes)
{
    for (std::size_t i = 0; i < bytes; ++i) { // more than eight: zeros
        out += static_cast<char>(value & 0xff);
        value >>= 8;
    }
}

inline std::uint64_t number(std::span<const std::uint8_t> bytes)
{
    std::uint64_t value = 0;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
        value = value << 8 | *byte;
    }
    return value;
}

} // namespace qpkg::erofs
