// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/qube_user.hpp"

#include <doctest/doctest.h>

using namespace qpkg::program;

TEST_CASE("a base's own account of number 1000 becomes the qube's user, with its shell and groups")
{
    const auto tables =
        with_qube_user("root:x:0:0:root:/root:/bin/sh\nubuntu:x:1000:1000:Ubuntu,,,:/home/ubuntu:/bin/bash",
                       "root:x:0:\nadm:x:4:syslog,ubuntu\nubuntu:x:1000:\nubuntus:x:1001:ubuntus");

    REQUIRE(tables);
    CHECK(tables->passwd == "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:Ubuntu,,,:/home/user:/bin/bash\n");
    CHECK(tables->group == "root:x:0:\nadm:x:4:syslog,user\nuser:x:1000:\nubuntus:x:1001:ubuntus\n");
}

TEST_CASE("a base without an ordinary user gets one, with a group that is there or a new one")
{
    const auto none = with_qube_user("root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n");
    REQUIRE(none);
    CHECK(none->passwd == "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n");
    CHECK(none->group == "root:x:0:\nuser:x:1000:\n");

    const auto taken = with_qube_user("root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\nstaff:x:1000:\n");
    REQUIRE(taken);
    CHECK(taken->group == "root:x:0:\nstaff:x:1000:\n");

    const auto named = with_qube_user("", "user:x:500:\n");
    REQUIRE(named);
    CHECK(named->passwd == "user:x:1000:500::/home/user:/bin/sh\n");
    CHECK(named->group == "user:x:500:\n");
}

TEST_CASE("a base that has the user keeps its tables")
{
    CHECK_FALSE(
        with_qube_user("user:x:1001:1001::/home/user:/bin/sh\nother:x:1000:1000::/:/bin/sh\n", "user:x:1001:\n"));
}
