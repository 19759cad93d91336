// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a publisher's clock is doubted. A time that was signed is believed by clients and moves their own idea of now.
// One publication by a clock that runs a year ahead would make all that is signed afterwards look old. So nothing is
// signed by a clock that is before the program's own date, far after all that is known, or behind the last publication.
#pragma once

#include <cstdint>

namespace qpkg::app {

/// Whether clients will forget what time they have seen: they do when the keys of timestamp or snapshot change.
enum class SeenTime { kept, forgotten };

/// The time that a publisher signs, seconds since 1970: his clock's, or that of the last publication where it is a
/// little later. Pure. Error failed when the clock is before `built`, the date of this program; when it is further
/// ahead of everything known than clients believe; and when the last publication (0: none) was in its future.
std::int64_t signing_time(std::int64_t clock, std::int64_t last, SeenTime seen, std::int64_t built);

} // namespace qpkg::app
