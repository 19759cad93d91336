// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/redaction.hpp"

#include "support/expect.hpp"

using qpkg::redacted;

TEST_CASE("passwords, names that may be tokens, and queries are hidden wherever an address stands")
{
    CHECK(redacted("https://bob:hush@host/site") == "https://bob:***@host/site");
    CHECK(redacted("https://token@host/site") == "https://***@host/site");
    CHECK(redacted("https://host/site?sig=1&more=2") == "https://host/site?***");
    CHECK(redacted("https://host/site#hush") == "https://host/site#***");
    CHECK(redacted("--proxy=socks5h://bob:hush@host:9050") == "--proxy=socks5h://bob:***@host:9050");
    CHECK(redacted("fetch https://bob:hush@host/x: 'http://a:b@c' failed") ==
          "fetch https://bob:***@host/x: 'http://a:***@c' failed");
    CHECK(redacted("bob:hush@proxy:3128") == "bob:***@proxy:3128");
    CHECK(redacted("https://bob:a:b@c@host/") == "https://bob:***@host/");
}

TEST_CASE("a password that was typed as it is, with a slash or a question mark, is hidden too")
{
    for (const auto* odd :
         {"https://bob:hu/sh@host/", "https://bob:hu?sh@host/", "https://bob:hu#sh@host/x@y", "https://bob:hush"}) {
        CHECK(redacted(odd).find("hu") == std::string::npos);
        CHECK(redacted(odd).find("sh") == std::string::npos);
    }
}

TEST_CASE("what has no secret, and what was redacted before, stays as it is")
{
    for (const auto* text : {"https://host:8080/site/a@b/c", "http://[::1]:80/x", "/srv/a:b@c/site", "bob@example.org",
                             "nothing at all", "", "a  b\tc\n", "https://bob:***@host/s?***", "https://***@host/"}) {
        CHECK(redacted(text) == text);
        CHECK(redacted(redacted(text)) == text);
    }
}
