// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/base_or_none.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("no base is called none, so the word says that there is none")
{
    CHECK_FALSE(BaseId::parse("none").has_value());
    CHECK(BaseOrNone::require("none").is_none());
    CHECK(BaseOrNone::parse("none") == BaseOrNone::none());
    CHECK(BaseOrNone::none().text() == "none");

    CHECK_FALSE(BaseOrNone::require("debian-12").is_none());
    CHECK(BaseOrNone::require("debian-12").text() == "debian-12");
    CHECK_FALSE(BaseOrNone::parse("Debian 12").has_value());
    CHECK_FAILS(Code::corrupt, "base id", BaseOrNone::require("", Code::corrupt));
}

TEST_CASE("what stands on no base fits each, anything else its own")
{
    const auto here = BaseId::require("debian-12");

    CHECK(BaseOrNone::none().fits(here));
    CHECK(BaseOrNone(here).fits(here));
    CHECK_FALSE(BaseOrNone(BaseId::require("debian-13")).fits(here));
}
