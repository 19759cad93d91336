// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/words.hpp"

#include "qpkg/core/text.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("a fingerprint is sixteen words, and every bit of it counts")
{
    const std::string zeros(64, '0');
    // 127.0.0.1 and 63.84.220.193 are examples of the article that describes these words.
    const auto words = trust::fingerprint_words("7f000001"
                                                "3f54dcc1" +
                                                zeros.substr(16));

    CHECK(words.starts_with("lusab babad gutih tugad babab"));
    CHECK(text::split(words, ' ').size() == 16);
    CHECK(trust::fingerprint_words(zeros.substr(1) + "1") != trust::fingerprint_words(zeros));
    CHECK(trust::fingerprint_words("no fingerprint").empty());
}
