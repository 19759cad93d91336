// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace qpkg {

/// The bytes of a cache as desktops have them, mime.cache and icon-theme.cache: numbers have 32 bits, the highest
/// first; a place is a number of bytes from the beginning.
class CacheTable {
public:
    std::uint32_t here() const { return static_cast<std::uint32_t>(bytes_.size()); }

    void add(std::uint32_t number)
    {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes_ += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xffU);
        }
    }

    void set(std::size_t place, std::uint32_t number)
    {
        CacheTable one;
        one.add(number);
        bytes_.replace(place, one.bytes_.size(), one.bytes_);
    }

    /// The place of a text that ends in a zero byte; later ones begin at multiples of four.
    std::uint32_t add_text(const std::string& text)
    {
        const auto place = here();
        bytes_ += text;
        bytes_.append(4 - bytes_.size() % 4, '\0');
        return place;
    }

    std::string finish() { return std::move(bytes_); }

private:
    std::string bytes_{};
};

} // namespace qpkg
