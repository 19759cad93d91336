// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/left_out.hpp"

#include <doctest/doctest.h>

namespace qpkg::build {
namespace {

TEST_CASE("what a named package recommends is told where neither module nor base meets it")
{
    Recipe recipe{
        .app = AppId::require("org.debian.krita"), .base = BaseId::require("debian-12"), .packages = {"krita"}};
    const std::vector<InstalledPackage> module{
        {.name = "krita", .recommends = {{{"pyqt5", Bound::at_least, "5"}, {"pyqt6"}}, {{"qml"}}, {{"gone"}, {"awk"}}}},
        {.name = "libkrita", .recommends = {{{"nobody-asked"}}}},
        {.name = "qml-other", .provides = {{"qml"}}}};
    const std::vector<InstalledPackage> base{{.name = "mawk", .provides = {{"awk"}}}};
    std::vector<Finding> findings;

    find_left_out(recipe, module, base, findings);

    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "recommends");
    CHECK(findings[0].detail ==
          "krita recommends pyqt5 (>= 5) | pyqt6: left out, source.recommends = \"named\" brings what is recommended");

    recipe.recommended = Recommended::named;
    findings.clear();
    find_left_out(recipe, module, base, findings);
    CHECK(findings.at(0).detail.ends_with(": left out, the package sources do not have it"));
}

} // namespace
} // namespace qpkg::build
