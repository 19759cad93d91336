// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a date is compared with the program's own, and not with the clock. A signed time raises a client's idea of now,
// so one far-off date would make everything else look expired. The machine's clock cannot be the judge: whoever can set
// it could make anything true, and offline machines often have a wrong one. What can be known is when the program was
// made and what was signed before; more than three years after both, nobody can have signed yet. The price: a program
// that is older than that and saw nothing newer has to be replaced.
#pragma once

#include <cstdint>

/// Which dates can be true. A clock that ran ahead once must not make a repository look fresh for years, on neither
/// side. Normative text: signing/trust.md, "Time". All times are seconds since 1970.
namespace qpkg::trust {

inline constexpr std::int64_t day = 86'400;

/// How long a publisher here lets each role be valid.
struct Lifetimes {
    static constexpr std::int64_t root = 540 * day;
    static constexpr std::int64_t targets = 365 * day;
    static constexpr std::int64_t publisher = 180 * day;
    static constexpr std::int64_t snapshot = 30 * day;
    static constexpr std::int64_t timestamp = 14 * day;
};

/// A date further than this from everything that is known is a mistake or a lie.
inline constexpr std::int64_t longest_gap = 3 * 365 * day;

/// When this program was made (SOURCE_DATE_EPOCH), or the release it was made from.
std::int64_t build_date();

/// The last moment that anything can have been signed at. The machine's clock has no say in it.
constexpr std::int64_t latest_plausible(std::int64_t newest_signed, std::int64_t built)
{
    return (newest_signed > built ? newest_signed : built) + longest_gap;
}

} // namespace qpkg::trust
