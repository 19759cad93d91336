// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/printable.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("what steers a terminal is shown instead of done, letters of all languages stay")
{
    CHECK(text::printable("http://apps.example.org/\x1b]0;evil\x07") == "http://apps.example.org/\\x1b]0;evil\\x07");
    CHECK(text::printable("two\nlines\r\ttab\x7f") == "two\\x0alines\\x0d\\x09tab\\x7f");
    CHECK(text::printable("\xc2\x9b"
                          "31m") == "\\xc2\\x9b31m");
    CHECK(text::printable("Grüße → … \xc2\xa0") == "Grüße → … \xc2\xa0");
    CHECK(text::printable("\xc2") == "\xc2");
    CHECK(text::is_printable("/media/usb/ä"));
    CHECK_FALSE(text::is_printable("/media/\x1b[2J"));
}
