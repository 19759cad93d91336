// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/version_order.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using qpkg::apt::version_order;

TEST_CASE("versions are ordered as Debian orders them")
{
    // Ascending; those of one line are equal.
    const std::array<std::array<std::string, 2>, 15> ascending{{{"1.0~~", "1.0~~"},
                                                                {"1.0~~a", "1.0~~a"},
                                                                {"1.0~", "1.0~"},
                                                                {"1.0~rc1-1", "0:1.0~rc1-1"},
                                                                {"1.0", "1.00-0"},
                                                                {"1.0-0.1", "1.0-0.1"},
                                                                {"1.0-1", "01.0-1"},
                                                                {"1.0-1+b1", "1.0-1+b01"},
                                                                {"1.0-1+deb12u2", "1.0-1+deb12u2"},
                                                                {"1.0-1+deb12u10", "1.0-1+deb12u10"},
                                                                {"1.0a-1", "1.0a-1"},
                                                                {"1.0+dfsg-1", "1.0+dfsg-1"},
                                                                {"1.0-2-1", "1.0-2-1"},
                                                                {"1.0.1", "1.0.1"},
                                                                {"1:0.1", "1:0.1"}}};

    for (std::size_t i = 0; i < ascending.size(); ++i) {
        CHECK_MESSAGE(version_order(ascending[i][0], ascending[i][1]) == 0, ascending[i][0]);
        for (std::size_t j = i + 1; j < ascending.size(); ++j) {
            const auto both = ascending[i][0] + " and " + ascending[j][1];
            CHECK_MESSAGE(version_order(ascending[i][0], ascending[j][1]) < 0, both);
            CHECK_MESSAGE(version_order(ascending[j][1], ascending[i][0]) > 0, both);
        }
    }
}

TEST_CASE("numbers of a version may be longer than any integer, and a version may be anything")
{
    CHECK(version_order("1" + std::string(40, '0'), "9" + std::string(39, '0')) > 0);
    CHECK(version_order("", "~") > 0);
    CHECK(version_order(":-", "") == 0);
    CHECK(version_order("\xff", "z") > 0);
}
