// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/base/digest.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("sha256 gives the published value for abc, whole and in pieces")
{
    const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    Sha256 pieces;
    pieces.update("a");
    pieces.update("bc");

    CHECK(sha256(std::string_view("abc")).hex() == expected);
    CHECK(pieces.finish().hex() == expected);
}

TEST_CASE("a digest is exactly 64 lower-case hex digits")
{
    const std::string good(64, 'a');

    CHECK(Digest::from_hex(good));
    CHECK_FALSE(Digest::from_hex(good.substr(1)));
    CHECK_FALSE(Digest::from_hex(std::string(64, 'A')));
    CHECK_FALSE(Digest::from_hex(std::string(63, 'a') + "g"));
}
