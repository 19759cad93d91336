// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/accounts.hpp"

#include "support/expect.hpp"

using qpkg::build::sysusers_for;

TEST_CASE("accounts that an installation added become sysusers lines, and known ones do not")
{
    const std::string passwd = "root:x:0:0:root:/root:/bin/bash\n";
    const std::string group = "root:x:0:\naudio:x:29:user\n";

    CHECK(sysusers_for({passwd, group}, {passwd, group}).empty());
    CHECK(
        sysusers_for({passwd, group}, {passwd + "messagebus:x:100:107:System \"bus\":/nonexistent:/usr/sbin/nologin\n",
                                       "root:x:0:\naudio:x:29:user,pulse\nrtkit:x:108:\nmessagebus:x:107:\n"}) ==
        "g messagebus -\n"
        "g rtkit -\n"
        "m pulse audio\n"
        "u messagebus - \"System bus\" /nonexistent /usr/sbin/nologin\n");
}
