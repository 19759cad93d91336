// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/launched_entry.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

using Argv = std::vector<std::string>;

Argv expanded(const std::string& exec, const std::string& target = "/home/user/a b.pdf")
{
    return expand_exec({.exec = exec, .try_exec = {}, .name = "My App", .icon = "my-icon"}, "/apps/my.desktop", target);
}

} // namespace

TEST_CASE("of an entry is read what starting it takes, from its main group alone")
{
    const auto entry = read_launched_entry("[Desktop Entry]\nType=Application\nName=A\\sB\nExec=a\\\\b %u\nIcon=i\n"
                                           "TryExec=/bin/a\nTerminal=true\n[Desktop Action x]\nExec=other\nName=C\n");

    CHECK(entry.exec == "a\\b %u");
    CHECK(entry.name == "A B");
    CHECK(entry.icon == "i");
    CHECK(entry.try_exec == "/bin/a");
    CHECK(entry.in_terminal);
    CHECK_FALSE(entry.is_hidden);
}

TEST_CASE("an entry that starts nothing is refused, one that was deleted says so")
{
    CHECK(read_launched_entry("[Desktop Entry]\nHidden=true\n").is_hidden);
    for (const auto* bytes : {"", "[Desktop Entry]\nType=Link\nExec=a\n", "[Desktop Entry]\nType=Application\n",
                              "[Other]\nType=Application\nExec=a\n"}) {
        CHECK_FAILS(Code::corrupt, "not an application", read_launched_entry(bytes));
    }
}

TEST_CASE("the file becomes a word of its own, whatever is in its name")
{
    CHECK(expanded("view %f") == Argv{"view", "/home/user/a b.pdf"});
    CHECK(expanded("view --file=%U --new") == Argv{"view", "--file=/home/user/a b.pdf", "--new"});
    CHECK(expanded("view %u", "irc://x/$(id);`id` \"") == Argv{"view", "irc://x/$(id);`id` \""});
    CHECK(expanded("view %u", "%i%%") == Argv{"view", "%i%%"});
    CHECK(expanded("view  --quiet ") == Argv{"view", "--quiet", "/home/user/a b.pdf"});
}

TEST_CASE("field codes and quotes of Exec are those of the specification")
{
    CHECK(expanded("\"/opt/my app/run\" \"a \\\" \\$ \\\\ 100%%\" %F") ==
          Argv{"/opt/my app/run", "a \" $ \\ 100%", "/home/user/a b.pdf"});
    CHECK(expanded("view %i %c %k %% %d%N %f") ==
          Argv{"view", "--icon", "my-icon", "My App", "/apps/my.desktop", "%", "/home/user/a b.pdf"});
    CHECK(expanded("view \"\" %f") == Argv{"view", "", "/home/user/a b.pdf"});
}

TEST_CASE("an Exec that could be understood in two ways is refused")
{
    CHECK_FAILS(Code::corrupt, "a field code within quotes", expanded("sh -c \"view %f\""));
    CHECK_FAILS(Code::corrupt, "quotes do not end", expanded("view \"a"));
    CHECK_FAILS(Code::corrupt, "an unknown field code", expanded("view %x"));
    CHECK_FAILS(Code::corrupt, "an unknown field code", expanded("view %"));
    CHECK_FAILS(Code::corrupt, "names no program", expanded("  "));
    CHECK_FAILS(Code::corrupt, "names no program", expanded("\"\" a"));
}
