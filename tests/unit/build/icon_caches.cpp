// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/icon_caches.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using namespace qpkg::build;

namespace {

/// Reads as GTK does (gtkiconcache.c).
struct Reader {
    std::string bytes;

    std::uint32_t number(std::size_t at, std::size_t size = 4) const
    {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
        }
        return value;
    }
    std::string text(std::uint32_t at) const { return bytes.c_str() + at; }

    /// "48x48/apps:4 scalable/apps:2", empty for a name that is not found.
    std::string images(const std::string& name) const
    {
        std::uint32_t hash = 0;
        for (const char c : name) {
            hash = hash * 31 + static_cast<std::uint32_t>(static_cast<signed char>(c));
        }
        const auto table = number(4);
        auto icon = number(table + 4 + 4 * (hash % number(table)));
        while (icon != 0xffffffffU && text(number(icon + 4)) != name) {
            icon = number(icon);
        }
        std::string found;
        const auto list = icon == 0xffffffffU ? 0 : number(icon + 8);
        for (std::uint32_t i = 0; list != 0 && i < number(list); ++i) {
            const auto folder = number(number(8) + 4 + 4 * number(list + 4 + 8 * i, 2));
            found += (i == 0 ? "" : " ") + text(folder) + ':' + std::to_string(number(list + 6 + 8 * i, 2));
        }
        return found;
    }
};

std::optional<Extension> of_point(const std::string& point)
{
    return Extension{{PointName::require(point), "1"}, {"/usr/share/icons"}};
}

} // namespace

TEST_CASE("each picture of a theme is found by its name, with its folders and endings")
{
    std::vector<std::string> files{
        "48x48/apps/git.png",          "48x48/apps/git.svg", "48x48/apps/list",  "index.theme", "scalable/apps/git.svg",
        "scalable/apps/h\xc3\xa9.svg", "x/a.icon",           "x/a.symbolic.png", "x/b.xpm",     "readme.png"};
    for (int i = 0; i < 200; ++i) {
        files.push_back("many/n" + std::to_string(i) + ".png");
    }
    const Reader cache{encode_icon_cache(files)};

    CHECK(cache.number(0, 2) == 1);
    CHECK(cache.number(2, 2) == 0);
    CHECK(cache.images("git") == "48x48/apps:6 scalable/apps:2");
    CHECK(cache.images("h\xc3\xa9") == "scalable/apps:2");
    CHECK(cache.images("a") == "x:8");
    CHECK(cache.images("a.symbolic") == "x:4");
    CHECK(cache.images("b") == "x:1");
    for (int i = 0; i < 200; ++i) {
        CHECK(cache.images("n" + std::to_string(i)) == "many:4");
    }
    CHECK(cache.images("list").empty());
    CHECK(cache.images("readme").empty());
    CHECK(Reader{encode_icon_cache({})}.images("git").empty());
}

TEST_CASE("the themes of an extension of qpkg.icons get a cache, and nothing else does")
{
    const files::TemporaryDirectory folder(std::filesystem::temp_directory_path());
    const ForeignTree tree(folder.path());
    tree.write("/usr/share/icons/good/48x48/a.png", "a");
    tree.write("/usr/share/icons/good/index.theme", "");
    tree.write("/usr/share/icons/plain/48x48/a.png", "a");

    add_icon_caches(tree, of_point("qpkg.themes"), 1000);
    add_icon_caches(tree, std::nullopt, 1000);
    CHECK(!tree.look("/usr/share/icons/good/icon-theme.cache"));

    add_icon_caches(tree, of_point("qpkg.icons"), 1000);
    const auto made = tree.look("/usr/share/icons/good/icon-theme.cache");
    REQUIRE(made.has_value());
    CHECK(made->st_mtime == 1000);
    CHECK(Reader{tree.read("/usr/share/icons/good/icon-theme.cache", 1000)}.images("a") == "48x48:4");
    CHECK(!tree.look("/usr/share/icons/plain/icon-theme.cache"));
}
