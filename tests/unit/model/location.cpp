// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/location.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("a location shows no secret and keeps it for who connects")
{
    const auto location = Location::require("https://bob:hush@host/site?token=1");

    CHECK(location.shown() == "https://bob:***@host/site?***");
    CHECK(location.revealed() == "https://bob:hush@host/site?token=1");
    CHECK(location.has_secret());
    CHECK_FALSE(location.lacks_secret());
    CHECK(Location::require(location.shown()).lacks_secret());
    CHECK_FALSE(Location::require(location.shown()).has_secret());
}

TEST_CASE("an address of a kind that nobody knows shows no secret either")
{
    CHECK(Location::require("ftp://bob:hush@host/").shown() == "ftp://bob:***@host/");
}

TEST_CASE("schemes may be in any case, and directories are what they are")
{
    CHECK(Location::require("HTTP://Host/Site").shown() == "http://Host/Site");
    CHECK(Location::require("FILE:///srv/Site").shown() == "file:///srv/Site");
    CHECK(Location::require("HttpS://h").is_http());
    CHECK(Location::require("/srv/a?b#c @d").shown() == "/srv/a?b#c @d");
    CHECK_FALSE(Location::require("/srv/site").is_http());
}

TEST_CASE("an address with blanks or a fragment is refused without being told again")
{
    for (const auto* odd : {"http://bob:hu sh@host/", "http://host/#x", "http://host/\x1b[31m"}) {
        CHECK_FAILS(Code::usage, "no blanks, control characters or fragments", Location::require(odd));
    }
}
