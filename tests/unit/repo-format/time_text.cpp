// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/time_text.hpp"

#include "qpkg/core/text.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("a time that is written and read again is the same second")
{
    for (const std::int64_t time : {0LL, 951782400LL, 1767225600LL, 4102444799LL, 253402300799LL}) {
        CHECK(parse_utc_time(text::iso_time(time)) == time);
    }
}

TEST_CASE("bad input 13: a date that is not one is refused rather than read as never")
{
    for (const auto* bad :
         {"2099-13-45T99:99:99Z", "2026-01-01", "10000-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00",
          "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01t00:00:00Z",
          "2026-01-01T00:00:00z", "2026-01-01T00:00:00.0Z", "+026-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
          "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01 00:00:00Z", ""}) {
        CHECK_FALSE(parse_utc_time(bad));
    }
}
