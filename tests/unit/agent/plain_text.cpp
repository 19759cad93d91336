// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/plain_text.hpp"

#include "support/expect.hpp"

using qpkg::agent::is_plain_text;
using namespace std::string_view_literals;

TEST_CASE("text is UTF-8 whose last character may be cut off")
{
    for (const auto text :
         {""sv, "abc\r\n\t\x1b[m"sv, "\xc3\xa4"sv, "a\xc3"sv, "\xe2\x82\xac\xf0\x9f\x98\x80"sv, "a\xf0\x9f\x98"sv}) {
        CHECK(is_plain_text(text));
    }
    for (const auto bytes : {"a\0"sv, "\x7f"sv, "\x01"sv, "\v"sv, "\x80"sv, "\xc0\xaf"sv, "\xc3("sv, "\xe0\x80\x80"sv,
                             "\xed\xa0\x80"sv, "\xf0\x80\x80\x80"sv, "\xf4\x90\x80\x80"sv, "\xf5"sv, "\xe2\x82(x"sv}) {
        CHECK_FALSE(is_plain_text(bytes));
    }
}
