// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/menus.hpp"

#include "adapters/qubes/desktop.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::qubes;

namespace {

const Menu menu{QubeName::require("work"), {{"hello.desktop", {"Hello", "hello", {"Utility"}}}}, {"old.desktop"}};
const std::string place = "/usr/local/share/applications/";

} // namespace

TEST_CASE("the menu is the first member's of the group qubes")
{
    const std::string passwd = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n";

    CHECK(desktop_user("wheel:x:10:bob\nqubes:x:98:ann,bob\n", passwd) == DesktopUser{"ann", "/home/ann"});
    CHECK_FALSE(desktop_user("qubes:x:98:\n", passwd).has_value());
    CHECK_FALSE(desktop_user("qubes:x:98\n", passwd).has_value());
    CHECK_FALSE(desktop_user("qubes:x:98:bob\n", passwd).has_value());
    CHECK_FALSE(desktop_user("", "").has_value());
}

TEST_CASE("a menu is shown when its items have their names and nothing former is there")
{
    MenuFiles files{{"hello.desktop", "[Desktop Entry]\nName=%VMNAME%: Hello\n"}, {"mine.desktop", ""}};
    CHECK(shows(files, menu));

    files["old.desktop"] = "";
    CHECK_FALSE(shows(files, menu));

    CHECK_FALSE(shows({}, menu));
    CHECK_FALSE(shows({{"hello.desktop", "[Desktop Entry]\nName=%VMNAME%: Hello 2\n"}}, menu));
}

TEST_CASE("menu lines name the items, and the entries of others as they are")
{
    const MenuFiles files{{"old.desktop", "Name=%VMNAME%: Old\n"},
                          {"mine.desktop", "Name=%VMNAME%: Mine\nStartupWMClass=%VMNAME%:mine\nComment=My own\n"
                                           "Icon=%XDGICON%\nExec=qvm-run x\n"}};

    CHECK(menu_lines(files, menu) == place + "hello.desktop:Name=Hello\n" + place + "hello.desktop:Icon=hello\n" +
                                         place + "hello.desktop:Categories=Utility;\n" + place +
                                         "hello.desktop:Exec=qubes-desktop-run " + place + "hello.desktop\n" + place +
                                         "mine.desktop:Name=Mine\n" + place + "mine.desktop:Comment=My own\n" + place +
                                         "mine.desktop:StartupWMClass=mine\n" + place +
                                         "mine.desktop:Exec=qubes-desktop-run " + place + "mine.desktop\n");
}

TEST_CASE("the choice of what is shown gains what is new and loses what is former")
{
    CHECK(menu_choice("old.desktop  x.desktop", {}, menu) == "x.desktop hello.desktop");
    CHECK(menu_choice("x.desktop", {{"hello.desktop", ""}}, menu) == "x.desktop");
    CHECK(menu_choice("hello.desktop", {}, menu) == "hello.desktop");
    CHECK(menu_choice("", {}, menu) == "hello.desktop");
}
