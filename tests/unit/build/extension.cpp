// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/extension.hpp"

#include "build/recipe.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include "qpkg/core/files.hpp"

#include <fcntl.h>

using namespace qpkg;
using namespace qpkg::build;

namespace {

const std::string top = "[app]\nid = \"org.example.noto\"\nbase = \"debian-12\"\n";
const std::string source = "[source]\ntype = \"packages\"\npackages = [\"noto\"]\n";

Recipe recipe(const std::string& app, const std::string& rest = "")
{
    return parse_recipe(top + app + source + rest, "module.toml");
}

KnownRelease with_point(std::uint64_t sequence, const std::string& abi)
{
    auto known = testing::a_known_release("org.example.hello", sequence);
    known.release.points = {{PointName::require("org.example.hello"), {"/usr/lib/hello"}, abi}};
    return known;
}

} // namespace

TEST_CASE("a recipe makes an extension of a point, or gives its app points")
{
    CHECK(recipe("extends = \"qpkg.fonts\"\n").extends == RecipeExtends{PointName::require("qpkg.fonts")});
    CHECK(recipe("extends = \"org.example.hello\"\nabi = \"7\"\nfolders = [\"/usr/share/b\", \"/usr/lib/a\"]\n")
              .extends == RecipeExtends{PointName::require("org.example.hello"), "7", {"/usr/lib/a", "/usr/share/b"}});
    const auto points = recipe("", "[[points]]\nfolders = [\"/usr/lib/a\"]\n[[points]]\nname = \"b\"\nabi = \"x-1\"\n"
                                   "folders = [\"/usr/lib/b\"]\n")
                            .points;
    REQUIRE(points.size() == 2);
    CHECK(points[0] == RecipePoint{PointName::require("org.example.noto"), {"/usr/lib/a"}});
    CHECK(points[1] == RecipePoint{PointName::require("org.example.noto/b"), {"/usr/lib/b"}, "x-1"});
}

TEST_CASE("what a recipe says of points and cannot mean is refused at its place")
{
    CHECK_FAILS(Code::usage, "module.toml:4:11: app.extends: a qube has no point qpkg.commands, expected one of",
                recipe("extends = \"qpkg.commands\"\n"));
    CHECK_FAILS(Code::usage, "app.extends: ", recipe("extends = \"fonts\"\n"));
    CHECK_FAILS(Code::usage, "a point of the qube has its own", recipe("extends = \"qpkg.fonts\"\nabi = \"2\"\n"));
    CHECK_FAILS(Code::usage, "only an extension has one", recipe("abi = \"2\"\n"));
    CHECK_FAILS(Code::usage, "only an extension has one", recipe("folders = [\"/usr/lib/a\"]\n"));
    CHECK_FAILS(Code::usage, "a point has folders of its own",
                recipe("extends = \"org.example.hello\"\nfolders = [\"/usr/bin\"]\n"));
    CHECK_FAILS(Code::usage, "an extension has no exports",
                recipe("extends = \"qpkg.fonts\"\n", "[exports]\ncommands = [\"a\"]\n"));
    CHECK_FAILS(Code::usage, "an extension has no exports",
                recipe("extends = \"qpkg.fonts\"\n", "[needs]\nnetwork = true\n"));
    CHECK_FAILS(Code::usage, "each with a name of its own",
                recipe("", "[[points]]\nfolders = [\"/usr/lib/a\"]\n[[points]]\nfolders = [\"/usr/lib/b\"]\n"));
    CHECK_FAILS(Code::usage, "folders", recipe("", "[[points]]\nname = \"a\"\n"));
}

TEST_CASE("the default ABI word of an app is the first number of its version")
{
    CHECK(major_of("115.9.1esr-1") == "115");
    CHECK(major_of("1:7.4.7-1+deb12u1") == "7");
    CHECK(major_of("v2") == "0");
    const auto points = points_of(recipe("", "[[points]]\nfolders = [\"/usr/lib/a\"]\n"), "2:10.3");
    REQUIRE(points.size() == 1);
    CHECK(points.front().abi == "10");
}

TEST_CASE("what a recipe leaves open is that of the newest release of the app that is known")
{
    const auto open = recipe("extends = \"org.example.hello\"\n");
    CHECK_FAILS(Code::usage, "no app with the point org.example.hello is known here", extension_of(open, {}));
    const auto old = with_point(1, "1");
    const auto young = with_point(2, "2");
    CHECK(extension_of(open, {{old.id, old}, {young.id, young}}) ==
          Extension{{PointName::require("org.example.hello"), "2"}, {"/usr/lib/hello"}});
    CHECK(extension_of(recipe("extends = \"org.example.hello\"\nabi = \"9\"\nfolders = [\"/usr/lib/x\"]\n"), {}) ==
          Extension{{PointName::require("org.example.hello"), "9"}, {"/usr/lib/x"}});
    CHECK(extension_of(recipe("extends = \"qpkg.dictionaries\"\n"), {})->folders.size() == 2);
    CHECK(!extension_of(recipe(""), {}));
}

TEST_CASE("an extension of fonts is built with fontconfig, where the base has it with the base's")
{
    const files::TemporaryDirectory folder(std::filesystem::temp_directory_path());
    const auto base = files::open(folder.path(), O_PATH | O_DIRECTORY);
    const auto of = [](const std::string& point) { return extension_of(recipe("extends = \"" + point + "\"\n"), {}); };

    CHECK(tools_for(of("qpkg.fonts"), base) == std::vector<std::string>{"fontconfig"});
    CHECK(tools_for(of("qpkg.icons"), base).empty());
    CHECK(tools_for(std::nullopt, base).empty());
    ForeignTree(folder.path()).write("/usr/bin/fc-cache", "");
    CHECK(tools_for(of("qpkg.fonts"), base).empty());
}

TEST_CASE("types of files that an extension may not bring stop the build")
{
    const files::TemporaryDirectory folder(std::filesystem::temp_directory_path());
    const ForeignTree tree(folder.path());
    const std::string path = "/usr/share/mime/packages/x.xml";
    const auto build = [&](const std::string& glob) {
        tree.write("/module" + path, "<mime-info><mime-type type='a/x'><glob " + glob + "/></mime-type></mime-info>");
        refuse_loud_types(ForeignTree(folder.path() / "module"), ForeignTree(folder.path() / "base"),
                          {"/usr/share/mime/packages", path});
    };
    tree.write("/base/usr/share/mime/globs2", "50:application/pdf:*.pdf\n");

    CHECK_NOTHROW(build("pattern='*.hello'"));
    CHECK_FAILS(Code::conflict, path + " cannot be part of an extension: the base knows *.pdf",
                build("pattern='*.pdf'"));
    CHECK_FAILS(Code::conflict, "weight is not a number up to 50", build("pattern='*.hello' weight='100'"));
}

TEST_CASE("a recipe that leaves something open is completed, so that others build the same")
{
    const Extension found{{PointName::require("org.example.hello"), "2"}, {"/usr/lib/a", "/usr/lib/b"}};
    const auto complete = [&](const std::string& text) {
        return with_extension(text, parse_recipe(text, "module.toml"), found);
    };
    const auto open = top + "extends = \"org.example.hello\"\n" + source;
    const auto text = complete(open);
    CHECK(text ==
          top + "extends = \"org.example.hello\"\nabi = \"2\"\nfolders = [\"/usr/lib/a\", \"/usr/lib/b\"]\n" + source);
    CHECK(complete(text) == text);
    CHECK(extension_of(parse_recipe(text, "module.toml"), {}) == found);
    const auto half = top + "abi = \"2\"\nextends = \"org.example.hello\"\n" + source;
    CHECK(extension_of(parse_recipe(complete(half), "module.toml"), {}) == found);
    CHECK_FAILS(
        Code::usage, "leaves app.abi or app.folders open",
        complete("app = { id = \"org.example.noto\", base = \"debian-12\", extends = \"org.example.hello\" }\n" +
                 source));
}

TEST_CASE("an extension keeps what its packages have for the point, and tells what it left out")
{
    const files::TemporaryDirectory folder(std::filesystem::temp_directory_path());
    const ForeignTree tree(folder.path());
    const std::set<std::string> own{"/usr/share/fonts/a/one.ttf", "/usr/share/fonts/a/out.ttf",
                                    "/usr/share/doc/noto/copyright", "/usr/share/dbus-1/services/x.service"};
    for (const auto& path : own) {
        tree.write(path, "x");
    }
    tree.write("/usr/share/fonts/other.ttf", "x"); // of a dependency
    tree.remove("/usr/share/fonts/a/out.ttf");
    tree.make_symlink("/usr/share/fonts/a/out.ttf", "/etc/passwd");
    TreeChoice choice;
    tree.walk("", [&](const ForeignTree::Entry& entry) { choice.keep.push_back(entry.path); });
    const auto app = AppId::require("org.example.noto");
    const Extension fonts{{PointName::require("qpkg.fonts"), "1"}, {"/usr/share/fonts"}};

    const auto kept = for_the_point(choice, tree, own, app, fonts);
    CHECK(kept.keep == std::vector<std::string>{"/usr", "/usr/share", "/usr/share/fonts", "/usr/share/fonts/a",
                                                "/usr/share/fonts/a/one.ttf"});
    CHECK(std::ranges::find(kept.drop, "/usr/share/fonts/other.ttf") != kept.drop.end());
    REQUIRE(kept.findings.size() == 3);
    CHECK(kept.findings[0].path == "/usr/share/dbus-1");
    CHECK(kept.findings[1].detail == "1 file left out of org.example.noto: no part of qpkg.fonts");

    CHECK_FAILS(Code::not_found, "nothing for qpkg.icons",
                for_the_point(choice, tree, own, app, {{PointName::require("qpkg.icons"), "1"}, {"/usr/share/icons"}}));
}
