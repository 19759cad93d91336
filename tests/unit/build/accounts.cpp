// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/accounts.hpp"

#include "support/expect.hpp"

using qpkg::build::sysusers_for;

TEST_CASE("accounts that an installation added become sysusers lines, and known ones do not")
{
    const std::string passwd = "root:x:0:0:root:/root:/bin/bash\n";
    const std::string group = "root:x:0:\naudio:x:29:user\n";

    CHECK(sysusers_for({passwd, group}, {passwd, group}).sysusers.empty());
    CHECK(
        sysusers_for({passwd, group}, {passwd + "messagebus:x:100:107:System \"bus\":/nonexistent:/usr/sbin/nologin\n",
                                       "root:x:0:\naudio:x:29:user,pulse\nrtkit:x:108:\nmessagebus:x:107:\n"})
            .sysusers == "g messagebus -\n"
                         "g rtkit -\n"
                         "m pulse audio\n"
                         "u messagebus - \"System bus\" /nonexistent /usr/sbin/nologin\n");
}

TEST_CASE("what a script wrote into passwd and group and is no account never becomes a line")
{
    const std::string passwd = "root:x:0:0:root:/root:/bin/bash\n";
    const std::string group = "root:x:0:\nwheel:x:00:\n";
    const auto made = sysusers_for(
        {passwd, group},
        {passwd + "0:x:1:1::/:/bin/sh\na b:x:1:1::/:/bin/sh\n" + std::string(32, 'a') + ":x:1:1::/:/bin/sh\n",
         "root:x:0:mallory\nwheel:x:00:mallory\nx; APT { Pre-Invoke { \"id\"; }; }; //:x:64000:\ngood:x:5:a b,fine\n"});

    CHECK(made.sysusers == "g good -\nm fine good\n");
    CHECK(made.refused.size() == 7);
    CHECK(made.refused.back().find("group") != std::string::npos);
}

TEST_CASE("a home, a shell and a name for people cannot break out of their field")
{
    const auto made = sysusers_for(
        {"", ""},
        {"a:x:1:1:A \"b\"\x1b[2J\r%\\:/home/a b:/bin/sh\nb:x:1:1:-:/a/../etc:relative\nc:x:1:1::/c:/bin/\"x\n", ""});

    CHECK(made.sysusers == "u a - \"A b[2J\" - /bin/sh\nu b - \"-\" - -\nu c - - /c -\n");
    CHECK(made.refused.empty());
}
