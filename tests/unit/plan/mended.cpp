// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/mended.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

Details made_of(const std::vector<std::string>& sources, std::vector<Details::Fix> fixes)
{
    Details details;
    for (const auto& source : sources) {
        details.packages.push_back({source, "1", "all", sha256(source), source, "1"});
    }
    details.fixes = std::move(fixes);
    return details;
}

} // namespace

TEST_CASE("a newer release mends what its details name and those of the older one do not")
{
    const auto older = made_of({"thing"}, {{"CVE-2020-0001", "thing"}});
    const auto newer =
        made_of({"thing"}, {{"CVE-2020-0001", "thing"}, {"CVE-2026-0001", "thing"}, {"CVE-2026-0002", "thing"}});

    CHECK(plan::newly_mended(older, newer) == std::vector<std::string>{"CVE-2026-0001", "CVE-2026-0002"});
    CHECK(plan::newly_mended(newer, newer).empty());
    CHECK(plan::newly_mended(newer, older).empty());
}

TEST_CASE("what is mended in a package that the older release has not was no hole there")
{
    CHECK(
        plan::newly_mended(made_of({"thing"}, {}), made_of({"thing", "other"}, {{"CVE-2026-0001", "other"}})).empty());
    CHECK(plan::newly_mended(made_of({"thing", "other"}, {{"CVE-2026-0001", "thing"}}),
                             made_of({"thing", "other"}, {{"CVE-2026-0001", "other"}, {"CVE-2026-0001", "thing"}})) ==
          std::vector<std::string>{"CVE-2026-0001"});
}
