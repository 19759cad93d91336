// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/text.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("untrusted text reaches a terminal as printable ASCII of limited length")
{
    CHECK(text::escaped("plain") == "plain");
    CHECK(text::escaped("\x1b[31m") == "\\x1b[31m");
    CHECK(text::escaped(std::string(500, 'a')).size() < 210);
}

TEST_CASE("sizes are told in binary units with one digit")
{
    CHECK(text::human_size(17) == "17 B");
    CHECK(text::human_size(4096) == "4.0 KiB");
    CHECK(text::human_size(1024 * 1024 - 1) == "1.0 MiB");
}

TEST_CASE("a slip of the fingers still finds the name")
{
    const std::vector<std::string> apps{"firefox-esr", "keepassxc", "git", "gimp"};

    CHECK(text::near_names("firefxo-esr", apps) == std::vector<std::string>{"firefox-esr"});
    CHECK(text::near_names("gti", apps) == std::vector<std::string>{"git"});
    CHECK(text::near_names("libreoffice", apps).empty());
}

TEST_CASE("words are what stands between blanks")
{
    CHECK(text::words_of(" a\t bc ") == std::vector<std::string_view>{"a", "bc"});
    CHECK(text::words_of("a\r", " \r") == std::vector<std::string_view>{"a"});
    CHECK(text::words_of(" \t").empty());
}
