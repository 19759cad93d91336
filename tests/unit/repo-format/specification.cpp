// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/roles.hpp"
#include "support/expect.hpp"
#include "support/site.hpp"

using namespace qpkg;

TEST_CASE("the strict reader takes 1.0 and the number of a patch, and nothing that only begins so")
{
    const auto of = [](const std::string& version) {
        auto bytes = tuf::encode(testing::Site().timestamp);
        return bytes.replace(bytes.find("1.0.34"), 6, version);
    };
    for (const std::string version : {"1.0.0", "1.0.34", "1.0.99"}) {
        CHECK_NOTHROW(tuf::parse_timestamp(of(version)));
    }
    for (const std::string version : {"1.0.x y", "1.0.", "1.0", "1.0.34.1", "1.1.0", "2.0.0", "1.0.3 4"}) {
        CHECK_FAILS(Code::unsupported, "written for TUF", tuf::parse_timestamp(of(version)));
    }
}
