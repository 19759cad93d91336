// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/origin.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("a kept list goes where its server had it, and nowhere else")
{
    CHECK(apt::place_of_list("deb.debian.org_debian_dists_bookworm_InRelease") ==
          "deb.debian.org/debian/dists/bookworm/InRelease");
    CHECK(apt::place_of_list("127.0.0.1:80_._Packages") == "127.0.0.1:80/./Packages");
    CHECK(apt::place_of_list("h_a%5fb_main_binary-amd64_Packages.xz") == "h/a_b/main/binary-amd64/Packages.xz");
    for (const auto* name : {"lock", "partial", "h_.._.._etc_InRelease", "_etc_InRelease", "h%2fx_InRelease",
                             "h%00_InRelease", "h%zz_InRelease", "h%4"}) {
        CHECK_FALSE(apt::place_of_list(name).has_value());
    }
}

TEST_CASE("sources are led to a directory, with all else that they say")
{
    CHECK(apt::led_to("deb [signed-by=/k.gpg] http://h:80/debian x main # y\n", "/o") ==
          "deb [signed-by=/k.gpg] file:/o/h:80/debian x main # y\n");
    CHECK(apt::led_to("URIs: https://a/x tor+http://b/y\n", "/o") == "URIs: file:/o/a/x file:/o/b/y\n");
    CHECK(apt::led_to("", "/o").empty());
}
