// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const Accounts base{"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n",
                    "root:x:0:\naudio:x:29:\nuser:x:1000:\nkvm:x:999:\n"};
const auto app = AppId::require("org.example.hello");
const auto other = AppId::require("org.example.other");

ViewAccounts asked(std::string_view lines, const Accounts& tables = base, const AccountIds& ids = {})
{
    return with_accounts(tables, app, {tables, ids}, lines);
}

} // namespace

TEST_CASE("users and groups get the lowest numbers of the qube's range, whatever they ask for")
{
    const auto made = asked("# comment\n"
                            "u hello - \"Hello daemon\" /var/lib/hello\n"
                            "g plain 400\n"
                            "u! locked 29\n");

    CHECK(made.tables.passwd == base.passwd + "hello:x:58000:58000:Hello daemon:/var/lib/hello:/usr/sbin/nologin\n"
                                              "locked:x:58002:58002::/:/usr/sbin/nologin\n");
    CHECK(made.tables.group == base.group + "hello:x:58000:\nplain:x:58001:\nlocked:x:58002:\n");
    CHECK(encode_account_ids(made.ids) == "qpkg-accounts-1\n"
                                          "58000 org.example.hello hello\n"
                                          "58001 org.example.hello plain\n"
                                          "58002 org.example.hello locked\n");
}

TEST_CASE("who has a number keeps it, in whatever order and over whatever base")
{
    const auto first = asked("u one -\nu two -\n");
    const Accounts moved{base.passwd + "new:x:101:101::/:/bin/false\n", base.group + "new:x:101:\n"};

    const auto again = asked("u zero -\nu two -\nu one -\n", moved, first.ids);

    CHECK(again.ids.of(app, "one") == 58000);
    CHECK(again.ids.of(app, "two") == 58001);
    CHECK(again.ids.of(app, "zero") == 58002);
    CHECK(again.tables.passwd == moved.passwd + "zero:x:58002:58002::/:/usr/sbin/nologin\n"
                                                "two:x:58001:58001::/:/usr/sbin/nologin\n"
                                                "one:x:58000:58000::/:/usr/sbin/nologin\n");
}

TEST_CASE("two apps with an account of one name are strangers")
{
    const auto first = asked("u same -\n");
    const auto second = with_accounts(base, other, {base, first.ids}, "u same -\n");

    CHECK(second.ids.of(app, "same") == 58000);
    CHECK(second.ids.of(other, "same") == 58001);
    CHECK(second.tables.passwd == base.passwd + "same:x:58001:58001::/:/usr/sbin/nologin\n");
}

TEST_CASE("a name that the base gets later stays the app's in its view")
{
    const auto first = asked("u hello -\n");
    const Accounts moved{"hello:x:110:110::/:/bin/false\n" + base.passwd, "hello:x:110:\n" + base.group};

    const auto again = asked("u hello -\nu hello -\n", moved, first.ids);

    CHECK(again.tables.passwd == base.passwd + "hello:x:58000:58000::/:/usr/sbin/nologin\n");
    CHECK(again.tables.group == base.group + "hello:x:58000:\n");
}

TEST_CASE("a number that the base has is nobody else's")
{
    const Accounts taken{base.passwd, base.group + "odd:x:58000:\n"};
    CHECK(asked("u hello -\n", taken).ids.of(app, "hello") == 58001);

    const auto kept = asked("u hello -\n");
    CHECK_FAILS(Code::conflict, "the base has an account with the number 58000, which this qube keeps for hello",
                asked("u hello -\n", taken, kept.ids));
}

TEST_CASE("an app has so many accounts and no more")
{
    std::string lines;
    for (std::size_t i = 0; i < most_kept_accounts; ++i) {
        lines += "u a" + std::to_string(i) + " -\n";
    }
    const auto full = asked(lines);
    CHECK(full.ids.all().size() == most_kept_accounts);
    CHECK_FAILS(Code::no_space, "at most 64 accounts", asked("u more -\n", base, full.ids));
    CHECK(with_accounts(base, other, {base, full.ids}, "u more -\n").ids.of(other, "more") == 58064);
}

TEST_CASE("a user may be given a group that is there, by number or by name")
{
    const auto made = asked("u one 4:65534\nu two -:audio\ng nogroup 65534\n");

    CHECK(made.tables.passwd ==
          base.passwd + "one:x:58000:65534::/:/usr/sbin/nologin\ntwo:x:58001:29::/:/usr/sbin/nologin\n");
    CHECK(made.tables.group == base.group + "nogroup:x:58002:\n");
    CHECK_FAILS(Code::corrupt, "line 1: expected the number or name", asked("u one 4:a/b\n"));
    CHECK_FAILS(Code::corrupt, "line 1: a group by a number that the qube deals out", asked("u one 4:58007\n"));
}

TEST_CASE("members are added to groups once, and a group that is missing is made")
{
    const auto made = asked("m user audio\nm user audio\nm user extra\nm root audio\n");

    CHECK(made.tables.group == "root:x:0:\naudio:x:29:user,root\nuser:x:1000:\nkvm:x:999:\nextra:x:58000:user\n");
    CHECK(made.tables.passwd == base.passwd);
}

TEST_CASE("who is there stays as he is, and lines of other kinds are skipped")
{
    CHECK(asked("u root 5 \"Other\" /tmp /bin/false\ng audio 77\nr - 500-900\n\n") == ViewAccounts{base, {}});
}

TEST_CASE("a line that would break the tables is refused")
{
    CHECK_FAILS(Code::corrupt, "line 1: expected a user", asked("u\n"));
    CHECK_FAILS(Code::corrupt, "line 1: expected a user", asked("u a:b -\n"));
    CHECK_FAILS(Code::corrupt, "line 2: expected a number", asked("g a -\nu b 70000\n"));
    CHECK_FAILS(Code::corrupt, "line 1: a colon", asked("u a - \"x:0:0\"\n"));
    CHECK_FAILS(Code::corrupt, "line 1: expected a user and", asked("m user\n"));
}

TEST_CASE("nobody new gets the user or the group 0, however it is asked for")
{
    const Accounts two_roots{base.passwd, base.group + "wheel:x:00:\n"};
    for (const auto* line : {"u evil 5:0", "u evil 5:00", "u evil -:root", "m user root", "m user wheel"}) {
        CAPTURE(line);
        CHECK_FAILS(Code::corrupt, "line 1: only root", asked(line, two_roots));
    }
    CHECK_FAILS(Code::corrupt, "line 1: expected a user or group name", asked("u 0 -"));

    const auto namesake = asked("u wheel -\n", two_roots);
    CHECK(namesake.tables.passwd == base.passwd + "wheel:x:58000:58000::/:/usr/sbin/nologin\n");
    CHECK(namesake.tables.group == base.group + "wheel:x:58000:\n");

    const auto without_root = asked("u evil 0\ng worse 0\n", {"user:x:1000:1000::/home/user:/bin/sh\n", ""});
    CHECK(without_root.tables.passwd.find(":x:0:") == std::string::npos);
    CHECK(without_root.tables.group.find(":x:0:") == std::string::npos);
}
