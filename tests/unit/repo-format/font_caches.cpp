// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/font_caches.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

namespace {

/// A folder of fonts, and its salt.
struct Fonts {
    files::TemporaryDirectory folder{std::filesystem::temp_directory_path()};
    ForeignTree tree{folder.path()};

    Fonts()
    {
        tree.write("/a/one.ttf", "one");
        tree.write("/two.ttf", "two");
        settle();
    }
    void settle() const
    {
        for (const auto* file : {"/a/one.ttf", "/two.ttf"}) {
            tree.set_time(file, 1700000000);
        }
    }
    std::string salt() const { return font_salt(folder.path()); }
};

} // namespace

TEST_CASE("the salt of fonts goes by their names, sizes and times, wherever they lie")
{
    const Fonts fonts;
    const auto salt = fonts.salt();

    CHECK(salt.size() == 16);
    CHECK(Fonts().salt() == salt);
    fonts.tree.write("/two.ttf", "longer");
    fonts.settle();
    CHECK(fonts.salt() != salt);
    fonts.tree.write("/two.ttf", "two");
    fonts.settle();
    CHECK(fonts.salt() == salt);
    fonts.tree.set_time("/two.ttf", 1700000001);
    CHECK(fonts.salt() != salt);
    fonts.settle();
    fonts.tree.make_symlink("/three.ttf", "two.ttf");
    CHECK(fonts.salt() != salt);
}

TEST_CASE("a view whose module brings no fonts uses what the base has, under its own name")
{
    const files::TemporaryDirectory empty(std::filesystem::temp_directory_path());
    const auto none = font_salt(empty.path());
    CHECK(none == no_fonts);
    CHECK(font_salt(empty.path() / "nothing") == no_fonts);
    CHECK(own_font_folder(none, "abc").salt.empty());
    CHECK(own_font_folder("abc", none).salt == "abc-0");
    CHECK(own_font_folder("abc", "def").salt != own_font_folder("abc", "fed").salt);
}

TEST_CASE("a configuration takes away what was there and names each folder, and its own caches come first")
{
    const auto text = font_configuration({{"/usr/share/fonts", "ab-0"}, {"/run/qpkg/data/x.y/share/fonts", ""}},
                                         {"/usr/lib/fontconfig/cache", "/second"});
    const auto reset = text.find("<reset-dirs/>");
    const auto own = text.find("<dir salt=\"ab-0\">/usr/share/fonts</dir>");
    const auto entry = text.find("<dir>/run/qpkg/data/x.y/share/fonts</dir>");
    CHECK(reset < own);
    CHECK(own < entry);
    const auto of_users = font_configuration(font_folders_of_users(), {});
    CHECK(of_users.find("<dir>~/.local/share/fonts</dir>") != std::string::npos);
    CHECK(of_users.find("xdg") == std::string::npos); // would add XDG_DATA_DIRS again, without salt
    CHECK(text.find("<cachedir>/usr/lib/fontconfig/cache</cachedir>\n<cachedir>/second</cachedir>") !=
          std::string::npos);
}
