// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/desktop_menu.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::menu_of;

namespace {

const std::string start = "[Desktop Entry]\nType=Application\n";

} // namespace

TEST_CASE("a menu entry has the untranslated name, the icon and the categories of a desktop entry")
{
    CHECK(menu_of(start + "Name[de]=Feuerfuchs\nName=Firefox ESR\nIcon=firefox-esr\n"
                          "Categories=Network;WebBrowser;\n[Desktop Action x]\nName=Other\n") ==
          MenuEntry{"Firefox ESR", "firefox-esr", {"Network", "WebBrowser"}});
}

TEST_CASE("what a manifest does not carry is left out of a menu entry")
{
    CHECK(menu_of(start + "Name= \"H\xc3\xa9llo\"[2J %VMNAME% \nIcon=/opt/hello.png\nCategories=a b;Game;;\n") ==
          MenuEntry{"Hello2J VMNAME", "", {"Game"}});
    CHECK(menu_of(start + "Name=" + std::string(200, 'x') + '\n')->name.size() == 100);
    std::string many = start + "Name=x\nCategories=";
    for (int i = 0; i < 20; ++i) {
        many += "Game;";
    }
    CHECK(menu_of(many + '\n')->categories.size() == 16);
}

TEST_CASE("builder and agent read one format: blanks around = are none of the value, control characters no entry")
{
    CHECK(menu_of("[Desktop Entry]\nType = Application\nName = Foo\nExec = foo\n") == MenuEntry{"Foo"});
    CHECK_FALSE(menu_of(start + "Name=x\x1b[2J\n").has_value());
}

TEST_CASE("letters with marks and of other alphabets are written in ASCII, not left out")
{
    CHECK(menu_of(start + "Name=\xc3\x9c"
                          "bersetzer \xe2\x80\x93 M\xc3\xa9"
                          "diath\xc3\xa8que\n")
              ->name == "Ubersetzer - Mediatheque");
    CHECK(menu_of(start + "Name=\xd0\x9f\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0\n")->name == "Pochta");
}

TEST_CASE("a desktop entry that wants no place in menus has none")
{
    CHECK_FALSE(menu_of(start + "Name=x\nNoDisplay=true\n").has_value());
    CHECK_FALSE(menu_of(start + "Name=x\nHidden=true\n").has_value());
    CHECK_FALSE(menu_of(start + "Name=\xe7\x9a\x84\n").has_value());
    CHECK_FALSE(menu_of("[Desktop Entry]\nType=Link\nName=x\n").has_value());
    CHECK_FALSE(menu_of("").has_value());
}
