// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/redirect.hpp"

#include <doctest/doctest.h>

using qpkg::fetch::same_place;

TEST_CASE("a redirect stays on its host and port, and never leaves https")
{
    CHECK(same_place("http://a.example/x", "http://a.example/y"));
    CHECK(same_place("http://a.example/x", "http://a.example:80/y"));
    CHECK(same_place("http://a.example/x", "https://a.example/x"));

    CHECK_FALSE(same_place("http://a.example/x", "http://b.example/x"));
    CHECK_FALSE(same_place("http://a.example/x", "http://a.example:8080/x"));
    CHECK_FALSE(same_place("https://a.example/x", "http://a.example/x"));
    CHECK_FALSE(same_place("http://a.example/x", "http://a.example@b.example/x"));
    CHECK_FALSE(same_place("http://a.example/x", "file:///etc/passwd"));
    CHECK_FALSE(same_place("http://a.example/x", "ftp://a.example/x"));
    CHECK_FALSE(same_place("http://a.example/x", "nonsense"));
}
