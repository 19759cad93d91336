// SPDX-License-Identifier: LGPL-2.1-or-later
// Digests as text: apart from the hashing, so that the programs inside a qube need no libcrypto.
#include "qpkg/base/digest.hpp"

#include <algorithm>

namespace qpkg {
namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return -1;
}

} // namespace

std::optional<Digest> Digest::from_hex(std::string_view hex)
{
    if (hex.size() != 2 * size) {
        return std::nullopt;
    }
    std::array<std::uint8_t, size> bytes{};
    for (std::size_t i = 0; i < size; ++i) {
        const int high = hex_value(hex[2 * i]);
        const int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return Digest(bytes);
}

std::optional<Digest> Digest::from_bytes(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() != size) {
        return std::nullopt;
    }
    std::array<std::uint8_t, size> copy{};
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    return Digest(copy);
}

std::string Digest::hex() const { return to_hex(bytes_); }

} // namespace qpkg
