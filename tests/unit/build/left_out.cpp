// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/left_out.hpp"

#include <doctest/doctest.h>

namespace qpkg::build {
namespace {

TEST_CASE("what a named package recommends is told where neither module nor base meets it")
{
    const std::vector<std::string> named{"krita"};
    const std::vector<InstalledPackage> module{
        {.name = "krita", .recommends = {{{"pyqt5", Bound::at_least, "5"}, {"pyqt6"}}, {{"qml"}}, {{"gone"}, {"awk"}}}},
        {.name = "libkrita", .recommends = {{{"nobody-asked"}}}},
        {.name = "qml-other", .provides = {"qml"}}};
    const std::vector<InstalledPackage> base{{.name = "mawk", .provides = {"awk"}}};
    std::vector<Finding> findings;

    find_left_out(named, module, base, findings);

    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "recommends");
    CHECK(findings[0].detail ==
          "krita recommends pyqt5 (>= 5) | pyqt6: left out, source.recommends = true brings what is recommended");
}

} // namespace
} // namespace qpkg::build
