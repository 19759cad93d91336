// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/word.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("a word has characters, not too many, and no others than it may")
{
    CHECK(text::is_word("azAZ09", 6));
    CHECK(text::is_word("a-b", 3, "+-"));
    CHECK_FALSE(text::is_word("", 3));
    CHECK_FALSE(text::is_word("abcd", 3));
    for (const auto* text : {"a b", "a\n", "a/b", "a_b", "\xc3\xa4", "@", "[", "`", "{", ":"}) {
        CHECK_FALSE(text::is_word(text, 9, "+-"));
    }
}
