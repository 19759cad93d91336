// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/id.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("an app id is a reverse-DNS name with namespace and short name")
{
    const auto app = AppId::require("org.mozilla.firefox-esr");

    CHECK(namespace_of(app) == "org.mozilla");
    CHECK(short_name(app) == "firefox-esr");
}

TEST_CASE("names that could leave their folder or confuse a terminal are refused")
{
    for (const auto* bad : {"", "firefox", ".a.b", "a..b", "a/b.c", "../x.y", "A.b", "a.b\x1b", "a.-b"}) {
        CHECK_FALSE(AppId::parse(bad));
    }
    for (const auto* bad : {"", "-work", "wo rk", "../x", "1work", "a234567890123456789012345678901234"}) {
        CHECK_FALSE(QubeName::parse(bad));
    }
}
