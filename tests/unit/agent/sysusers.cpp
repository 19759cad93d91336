// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const Accounts base{"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh",
                    "root:x:0:\naudio:x:29:\nuser:x:1000:\nkvm:x:999:\n"};

} // namespace

TEST_CASE("users and groups are added with the highest free numbers")
{
    const auto made = with_accounts(base, "# comment\n"
                                          "u hello - \"Hello daemon\" /var/lib/hello\n"
                                          "g plain 400\n"
                                          "u! locked 29\n");

    CHECK(made.passwd == base.passwd + "\n"
                                       "hello:x:998:998:Hello daemon:/var/lib/hello:/usr/sbin/nologin\n"
                                       "locked:x:997:997::/:/usr/sbin/nologin\n");
    CHECK(made.group == base.group + "hello:x:998:\nplain:x:400:\nlocked:x:997:\n");
}

TEST_CASE("a user may be given a group that is there, by number or by name")
{
    const auto made = with_accounts(base, "u one 4:65534\nu two -:audio\ng nogroup 65534\n");

    CHECK(made.passwd == base.passwd + "\none:x:4:65534::/:/usr/sbin/nologin\ntwo:x:998:29::/:/usr/sbin/nologin\n");
    CHECK(made.group == base.group + "nogroup:x:65534:\n");
    CHECK_FAILS(Code::corrupt, "line 1: expected the number or name", with_accounts(base, "u one 4:a/b\n"));
}

TEST_CASE("members are added to groups once, and a group that is missing is made")
{
    const auto made = with_accounts(base, "m user audio\nm user audio\nm user extra\nm root audio\n");

    CHECK(made.group == "root:x:0:\naudio:x:29:user,root\nuser:x:1000:\nkvm:x:999:\nextra:x:998:user\n");
    CHECK(made.passwd == base.passwd + "\n");
}

TEST_CASE("who is there stays as he is, and lines of other kinds are skipped")
{
    const auto made = with_accounts(base, "u root 5 \"Other\" /tmp /bin/false\ng audio 77\nr - 500-900\n\n");

    CHECK(made == Accounts{base.passwd + "\n", base.group});
}

TEST_CASE("a line that would break the tables is refused")
{
    CHECK_FAILS(Code::corrupt, "line 1: expected a user", with_accounts(base, "u\n"));
    CHECK_FAILS(Code::corrupt, "line 1: expected a user", with_accounts(base, "u a:b -\n"));
    CHECK_FAILS(Code::corrupt, "line 2: expected a number", with_accounts(base, "g a -\nu b 70000\n"));
    CHECK_FAILS(Code::corrupt, "line 1: a colon", with_accounts(base, "u a - \"x:0:0\"\n"));
    CHECK_FAILS(Code::corrupt, "line 1: expected a user and", with_accounts(base, "m user\n"));
}

TEST_CASE("nobody new gets the user or the group 0, however it is asked for")
{
    const Accounts two_roots{base.passwd, base.group + "wheel:x:00:\n"};
    for (const auto* line :
         {"u evil 5:0", "u evil 5:00", "u evil -:root", "u wheel -", "m user root", "m user wheel"}) {
        CAPTURE(line);
        CHECK_FAILS(Code::corrupt, "line 1: only root", with_accounts(two_roots, line));
    }
    CHECK_FAILS(Code::corrupt, "line 1: expected a user or group name", with_accounts(base, "u 0 -"));

    const auto without_root = with_accounts({"user:x:1000:1000::/home/user:/bin/sh\n", ""}, "u evil 0\ng worse 0\n");
    CHECK(without_root.passwd.find(":x:0:") == std::string::npos);
    CHECK(without_root.group.find(":x:0:") == std::string::npos);
}
