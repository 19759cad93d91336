// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/user_entry.hpp"

#include <doctest/doctest.h>

using namespace qpkg::program;

TEST_CASE("a user is read with all his groups from the qube's own tables")
{
    const auto* const passwd = "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1001:,,,:/home/user:\nbad:x:1:1\n";
    const auto* const group = "root:x:0:\naudio:x:29:root,user\nuser:x:1001:user\nbroken:x:nan:user\n";

    const auto user = find_user(passwd, group, "user");

    REQUIRE(user);
    CHECK(user->uid == 1000);
    CHECK(user->gid == 1001);
    CHECK(user->groups == std::vector<gid_t>{1001, 29});
    CHECK(user->home == "/home/user");
    CHECK(user->shell == "/bin/sh");
    CHECK(!find_user(passwd, group, "bad"));
    CHECK(!find_user(passwd, group, "nobody"));
}
