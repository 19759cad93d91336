// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/recipe.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::parse_recipe;
using build::PrivateFiles;

namespace {

constexpr const char* firefox = R"([app]
id = "org.mozilla.firefox-esr"
base = "debian-12"
summary = "Web browser"

[source]
type = "packages"
packages = ["firefox-esr"]
recommends = false

[needs]
network = true
audio = true
persist = ["~/.mozilla"]

[exports]
commands = ["firefox-esr"]
second = ["x-www-browser"]
start = ["firefox-sync.service"]

[test]
run = ["firefox-esr --version"]
)";

std::string recipe_for_git()
{
    return build::recipe_for_package(AppId::require("org.debian.git"), "git", BaseId::require("debian-12"));
}

} // namespace

TEST_CASE("a recipe is read whole")
{
    const auto recipe = parse_recipe(firefox, "module.toml");

    CHECK(recipe.app.text() == "org.mozilla.firefox-esr");
    CHECK(recipe.base.text() == "debian-12");
    CHECK(recipe.summary == "Web browser");
    CHECK(recipe.packages == std::vector<std::string>{"firefox-esr"});
    CHECK(recipe.needs == Needs{.network = true, .audio = true, .persist = {"~/.mozilla"}});
    CHECK(recipe.commands == std::vector<std::string>{"firefox-esr"});
    CHECK_FALSE(recipe.desktop.has_value());
    CHECK(recipe.second == std::vector<std::string>{"x-www-browser"});
    CHECK(recipe.start == std::vector<std::string>{"firefox-sync.service"});
    CHECK(recipe.tests == std::vector<std::string>{"firefox-esr --version"});
}

TEST_CASE("the recipe made for a package is a recipe")
{
    const auto recipe = parse_recipe(recipe_for_git(), "module.toml");

    CHECK(recipe.app.text() == "org.debian.git");
    CHECK(recipe.packages == std::vector<std::string>{"git"});
    CHECK_FALSE(recipe.commands.has_value());
}

TEST_CASE("a mistake in a recipe is told with line, column and what was expected")
{
    CHECK_FAILS(Code::usage, "module.toml:2:4: ", parse_recipe("[app]\nid org", "module.toml"));
    CHECK_FAILS(Code::usage, "x:2:6: app.id: expected text, found a number", parse_recipe("[app]\nid = 7", "x"));
    CHECK_FAILS(Code::usage, "x:1:1: app.id: expected text, found nothing", parse_recipe("[app]\nbase = \"b\"", "x"));
    CHECK_FAILS(Code::usage, "x:2:6: app.id: ", parse_recipe("[app]\nid = \"NO\"\nbase = \"b\"", "x"));
    CHECK_FAILS(Code::usage, "x:1:7: app: expected a table, found text", parse_recipe("app = \"y\"", "x"));
}

TEST_CASE("names that systemd or a bus takes for others' are refused where they are written")
{
    const auto with = [](const std::string& line) {
        std::string text = firefox;
        return text.replace(text.find("start ="), std::string_view("start = [\"firefox-sync.service\"]").size(), line);
    };

    CHECK(parse_recipe(with("names = [\"org.mozilla.firefox.a\", \"a.service\"]"), "x").names ==
          std::vector<std::string>{"org.mozilla.firefox.a", "a.service"});
    CHECK_FAILS(Code::usage, "x:19:9: exports.names: \"qubes-.service\": what is said of this name holds for every",
                parse_recipe(with("names = [\"qubes-.service\"]"), "x"));
    CHECK_FAILS(Code::usage, "exports.names: \"firefox\": not a name of a bus",
                parse_recipe(with("names = [\"firefox\"]"), "x"));
    CHECK_FAILS(Code::usage, "exports.start: \"a@.service\": a template",
                parse_recipe(with("start = [\"a@.service\"]"), "x"));
    CHECK_FAILS(Code::usage, "exports.start: \"org.a\"", parse_recipe(with("start = [\"org.a\"]"), "x"));
}

TEST_CASE("a recipe can be given the names that its packages ship")
{
    const auto text = recipe_for_git();

    CHECK(build::with_names(text, {}) == text);
    CHECK(parse_recipe(build::with_names(text, {"a.service", "org.git.A"}), "x").names ==
          std::vector<std::string>{"a.service", "org.git.A"});
}

TEST_CASE("an unknown view is refused, and the shared one says what comes instead")
{
    const std::string text = firefox;
    const auto with = [&](const std::string& view) {
        return parse_recipe(std::string(text).insert(text.find("summary"), "view = \"" + view + "\"\n"), "x");
    };

    CHECK(with("private") == parse_recipe(text, "x"));
    CHECK_FAILS(Code::usage, "extension of a point", with("shared"));
    CHECK_FAILS(Code::usage, "expected private or whole, found \"merged\"", with("merged"));
}

TEST_CASE("a whole view stands on no base, and says whose root it is made with")
{
    const auto recipe = [](const std::string& app, const std::string& source, const std::string& more = {}) {
        return parse_recipe("[app]\nid = \"org.example.hello\"\n" + app +
                                "[source]\ntype = \"packages\"\npackages = [\"hello\"]\n" + source + more,
                            "x");
    };
    const std::string whole = "view = \"whole\"\n";
    const std::string root = "root = \"debian-13\"\n";

    const auto read = recipe(whole, root);
    CHECK(read.base.is_none());
    CHECK(read.root == BaseId::require("debian-13"));
    CHECK(build::built_over(read) == BaseId::require("debian-13"));
    CHECK(build::built_over(recipe("base = \"debian-12\"\n", "")) == BaseId::require("debian-12"));

    CHECK_FAILS(Code::usage, "app.base: a whole view stands on no base",
                recipe(whole + "base = \"debian-12\"\n", root));
    CHECK_FAILS(Code::usage, "source.root: expected text, found nothing", recipe(whole, ""));
    CHECK_FAILS(Code::usage, "app.base: expected text, found nothing", recipe("", ""));
    CHECK_FAILS(Code::usage, "source.root: only with view = \"whole\"", recipe("base = \"debian-12\"\n", root));
    for (const std::string part :
         {"[exports]\nstart = [\"a.service\"]\n", "[first_start]\nstate = [\"hello\"]\n",
          "[service]\nrun = [\"/usr/bin/hello\"]\n", "[[points]]\nfolders = [\"/usr/lib/hello\"]\n"}) {
        CHECK_FAILS(Code::usage, "a whole view has no services, first start or points", recipe(whole, root, part));
    }
    CHECK_FAILS(Code::usage, "a whole view has no services, first start or points, and is no extension",
                recipe(whole + "extends = \"qpkg.fonts\"\n", root));
}

TEST_CASE("what a recipe does not know is refused with the nearest word that it does")
{
    const std::string text = firefox;
    const auto with = [&](const std::string& from, const std::string& to) {
        auto changed = text;
        changed.replace(changed.find(from), from.size(), to);
        return changed;
    };

    CHECK(parse_recipe(with("recommends = false", "recommends = true"), "x").recommended == Recommended::all);
    CHECK(parse_recipe(with("recommends = false", "recommends = \"named\""), "x").recommended == Recommended::named);
    CHECK_FAILS(Code::usage, "source.recommends: expected named, found \"few\"",
                parse_recipe(with("recommends = false", "recommends = \"few\""), "x"));
    CHECK_FAILS(Code::usage, "x:9:14: source.recomends: unknown key, expected recommends",
                parse_recipe(with("recommends", "recomends "), "x"));
    CHECK_FAILS(Code::usage, "x:7:8: source.type: expected packages, found \"script\"",
                parse_recipe(with("\"packages\"", "\"script\""), "x"));
    CHECK_FAILS(Code::usage, "source.packages: expected the name of a package, found \"-o Dir=/\"",
                parse_recipe(with("[\"firefox-esr\"]", "[\"-o Dir=/\"]"), "x"));
    CHECK_FAILS(Code::usage, "source.packages: expected a list of texts, found text",
                parse_recipe(with("[\"firefox-esr\"]", "\"firefox-esr\""), "x"));
    CHECK_FAILS(Code::usage, "needs.persist: expected a path", parse_recipe(with("~/.mozilla", "mozilla"), "x"));
    CHECK_FAILS(Code::usage, "needs.network: expected true or false, found text",
                parse_recipe(with("network = true", "network = \"yes\""), "x"));
    CHECK_FAILS(Code::usage, "app.summary: expected one line", parse_recipe(with("Web browser", "a\\nb"), "x"));
    CHECK_FAILS(Code::usage, "larger than 65536 bytes", parse_recipe(std::string(70'000, '#'), "x"));
}

TEST_CASE("characters that a recipe cannot hold are told with their place; comments hold any")
{
    CHECK_FAILS(Code::usage, "x:2:3: expected ASCII text, found the control character 0x00",
                parse_recipe(std::string_view("[\n..\0", 5), "x"));
    CHECK_FAILS(Code::usage, "x:1:1: expected ASCII text, found the control character 0x1b",
                parse_recipe("\033[31m", "x"));
    CHECK_FAILS(Code::usage, "x:1:4: expected ASCII text, found the byte 0xc7", parse_recipe("[a \xc7\xaf", "x"));
    CHECK(parse_recipe("  # r\xc3\xa9sum\xc3\xa9\n" + std::string(firefox), "x") == parse_recipe(firefox, "x"));
}

TEST_CASE("a table's header over two lines is a mistake with a place, not a crash")
{
    CHECK_FAILS(Code::usage, "x:2:1: expected a key", parse_recipe("a = 1\n[\nb]\n", "x"));
}

TEST_CASE("a recipe says what becomes of private files")
{
    const std::string source = "[app]\nid = \"org.example.a\"\nbase = \"debian-12\"\n[source]\ntype = \"packages\"\n"
                               "packages = [\"hello\"]\n";

    CHECK(parse_recipe(source, "x").private_files == build::PrivateFiles::drop);
    CHECK(parse_recipe(source + "private_files = \"drop\"\n", "x").private_files == build::PrivateFiles::drop);
    CHECK(parse_recipe(source + "private_files = \"refuse\"\n", "x").private_files == build::PrivateFiles::refuse);
    CHECK_FAILS(Code::usage, "x:7:17: source.private_files: expected drop or refuse, found \"keep\"",
                parse_recipe(source + "private_files = \"keep\"\n", "x"));
}

TEST_CASE("a first start is read with the rules of the qube, its folders in order")
{
    const auto with = [](const std::string& lines) {
        return parse_recipe(recipe_for_git() + "[first_start]\n" + lines, "x");
    };

    CHECK(with("user = \"git\"\nstate = [\"b\", \"a\"]\nrun = [[\"/usr/bin/git\", \"init\"]]\n").first_start ==
          FirstStart{"git", {"a", "b"}, {{"/usr/bin/git", "init"}}});
    CHECK(with("state = [\"a\"]\n").first_start == FirstStart{"user", {"a"}, {}});
    CHECK(parse_recipe(recipe_for_git(), "x").first_start.is_nothing());
    CHECK_FAILS(Code::usage, "x:9:1: first_start.state: expected a list of texts, found nothing",
                with("user = \"git\"\n"));
    CHECK_FAILS(Code::usage, "x:11:8: first_start.user: expected an account",
                with("state = [\"a\"]\nuser = \"root\"\n"));
    CHECK_FAILS(Code::usage, "first_start.run: expected a list of texts, found",
                with("state = [\"a\"]\nrun = [\"git\"]\n"));
    CHECK_FAILS(Code::usage, "first_start.run: expected a program with its absolute path",
                with("state = [\"a\"]\nrun = [[\"git\"]]\n"));
    CHECK_FAILS(Code::usage, "first_start.home", with("state = [\"a\"]\nhome = \"x\"\n"));
}

TEST_CASE("what a recipe leaves out are absolute paths")
{
    CHECK(parse_recipe(recipe_for_git() + "leave_out = [\"/etc/git\"]\n", "x").leave_out ==
          std::vector<std::string>{"/etc/git"});
    CHECK_FAILS(Code::usage, "source.leave_out: expected an absolute path",
                parse_recipe(recipe_for_git() + "leave_out = [\"etc\"]\n", "x"));
}

TEST_CASE("a service of a recipe asks to start under the app's id")
{
    const auto recipe = parse_recipe(recipe_for_git() + "[service]\nrun = [\"/usr/bin/git\", \"daemon\"]\n", "x");

    CHECK(recipe.service == build::OwnService{"exec", {"/usr/bin/git", "daemon"}});
    CHECK(recipe.start == std::vector<std::string>{"org.debian.git.service"});
    CHECK_FAILS(Code::usage, "service.type: expected exec or notify",
                parse_recipe(recipe_for_git() + "[service]\ntype = \"forking\"\nrun = [\"/bin/git\"]\n", "x"));
    CHECK_FAILS(Code::usage, "service.run: expected a program with its absolute path",
                parse_recipe(recipe_for_git() + "[service]\nrun = [\"git\"]\n", "x"));
    CHECK_FAILS(Code::usage, "service.user",
                parse_recipe(recipe_for_git() + "[service]\nrun = [\"/git\"]\nuser = \"root\"\n", "x"));
}
