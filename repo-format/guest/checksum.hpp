// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace qpkg {

/// FNV-1a of 64 bits over texts, each ended by a zero byte: tells caches of a home apart. It needs no cryptography, for
/// whoever may write into the home can write any cache there.
class Checksum {
public:
    void add(std::string_view text)
    {
        for (const auto c : text) {
            add_byte(static_cast<unsigned char>(c));
        }
        add_byte(0);
    }

    void add(std::int64_t number) { add(std::to_string(number)); }

    /// 16 digits.
    std::string hex() const
    {
        std::array<char, 17> text{};
        std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(sum_));
        return text.data();
    }

private:
    void add_byte(unsigned char byte) { sum_ = (sum_ ^ byte) * 0x100000001b3U; }

    std::uint64_t sum_ = 0xcbf29ce484222325U;
};

} // namespace qpkg
