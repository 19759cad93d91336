// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/recommended.hpp"

#include "adapters/apt/apt_text.hpp"

#include <doctest/doctest.h>

namespace qpkg::apt {
namespace {

TEST_CASE("what named packages recommend is taken where the sources have it and nobody meets it yet")
{
    const auto asked =
        parse_status("Package: krita\nRecommends: gone | python3-pyqt5 (>= 5), awk, krita-data, nowhere\n\n"
                     "Package: krita-data\nRecommends: python3-pyqt5, qml\n");
    const auto there = parse_status("Package: mawk\nProvides: awk\nRecommends: of-the-base\n");

    CHECK(recommended_names(asked, there, {"python3-pyqt5", "awk", "qml", "krita-data", "of-the-base"}) ==
          std::vector<std::string>{"python3-pyqt5", "qml"});
}

} // namespace
} // namespace qpkg::apt
