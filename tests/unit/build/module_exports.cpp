// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_exports.hpp"

#include "support/expect.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::build;

namespace {

Recipe recipe(const std::string& package = "vim")
{
    return parse_recipe(
        recipe_for_package(AppId::require("org.debian." + package), package, BaseId::require("debian-12")),
        "module.toml");
}

ModuleFiles files(std::set<std::string> own, std::set<std::string> others = {})
{
    ModuleFiles made{.all = own, .own = own, .related = {}, .desktop = {}, .alternatives = {}, .icons_of_base = {}};
    made.all.merge(others);
    return made;
}

std::vector<std::string> ranked(const ExportChoice& plan, std::optional<Rank> rank)
{
    std::vector<std::string> lines;
    for (const auto& made : plan.exports) {
        if (!rank || made.rank == *rank) {
            lines.push_back(made.name + ' ' + made.path);
        }
    }
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> told(const ExportChoice& plan) { return ranked(plan, std::nullopt); }

} // namespace

TEST_CASE("the commands of the named packages are exported, those of what they need are not")
{
    const auto plan =
        plan_exports(recipe(), files({"/usr/bin/vim.basic", "/usr/sbin/admin", "/usr/games/nibbles", "/usr/lib/x"},
                                     {"/usr/bin/perl"}));

    CHECK(told(plan) == std::vector<std::string>{"admin /usr/sbin/admin", "nibbles /usr/games/nibbles",
                                                 "vim.basic /usr/bin/vim.basic"});
}

TEST_CASE("relatives' commands, entries, buses and units are second names, and never take a named package's")
{
    auto given = files({"/usr/bin/vim", "/usr/games/both"},
                       {"/usr/bin/perl", "/usr/bin/vimdiff", "/usr/bin/both", "/usr/share/applications/gvim.desktop",
                        "/usr/share/dbus-1/services/org.vim.G.service", "/usr/lib/systemd/system/vimd.service"});
    given.related = given.all;
    for (const auto* path : {"/usr/bin/vim", "/usr/games/both", "/usr/bin/perl"}) {
        given.related.erase(path);
    }
    given.desktop["/usr/share/applications/gvim.desktop"] = "[Desktop Entry]\nName=Vim\nExec=gvim\n";

    const auto plan = plan_exports(recipe(), given, UnlistedNames::listed);

    CHECK(ranked(plan, Rank::first) == std::vector<std::string>{"both /usr/games/both", "vim /usr/bin/vim"});
    CHECK(ranked(plan, Rank::second) ==
          std::vector<std::string>{"gvim.desktop /usr/share/applications/gvim.desktop",
                                   "org.vim.G /usr/share/dbus-1/services/org.vim.G.service",
                                   "vimd.service /usr/lib/systemd/system/vimd.service", "vimdiff /usr/bin/vimdiff"});
}

TEST_CASE("an alternative that leads to a file of the packages or their relatives is a second name, another is none")
{
    auto given = files({"/usr/bin/vim.basic"}, {"/usr/lib/relative", "/usr/bin/perl"});
    given.related = {"/usr/lib/relative"};
    given.alternatives = {{"/usr/bin/vim", "/usr/bin/vim.basic"},
                          {"/usr/bin/rview", "/usr/lib/relative"},
                          {"/usr/bin/x", "/usr/bin/perl"}};

    const auto plan = plan_exports(recipe(), given);

    CHECK(ranked(plan, Rank::first) == std::vector<std::string>{"vim.basic /usr/bin/vim.basic"});
    CHECK(ranked(plan, Rank::second) == std::vector<std::string>{"rview /usr/bin/rview", "vim /usr/bin/vim"});
}

TEST_CASE("a bus name that others rely on is a second name whoever brings it")
{
    const std::string bus = "/usr/share/dbus-1/services/";
    const auto plan = plan_exports(recipe(),
                                   files({"/usr/bin/vim", bus + "ca.desrt.dconf.service",
                                          bus + "org.freedesktop.secrets.service", bus + "org.vim.G.service"}),
                                   UnlistedNames::listed);

    CHECK(ranked(plan, Rank::second) ==
          std::vector<std::string>{"ca.desrt.dconf " + bus + "ca.desrt.dconf.service",
                                   "org.freedesktop.secrets " + bus + "org.freedesktop.secrets.service"});
}

TEST_CASE("a desktop entry brings its icons, and a missing icon is told")
{
    auto given =
        files({"/usr/bin/vim", "/usr/share/applications/vim.desktop", "/usr/share/icons/hicolor/48x48/apps/gvim.png",
               "/usr/share/pixmaps/gvim.xpm", "/usr/share/icons/hicolor/48x48/apps/other.png"});
    given.desktop["/usr/share/applications/vim.desktop"] =
        "[Desktop Entry]\nName=Vim\nExec=vim\nIcon=gvim\n[Desktop Action x]\nIcon=y\n";

    const auto plan = plan_exports(recipe(), given);
    CHECK(told(plan) == std::vector<std::string>{"gvim /usr/share/icons/hicolor/48x48/apps/gvim.png",
                                                 "gvim /usr/share/pixmaps/gvim.xpm", "vim /usr/bin/vim",
                                                 "vim.desktop /usr/share/applications/vim.desktop"});
    CHECK(plan.findings.empty());

    given.desktop["/usr/share/applications/vim.desktop"] = "[Desktop Entry]\nExec=vim\nIcon=lost\n";
    const auto findings = plan_exports(recipe(), given).findings;
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].rule == "desktop");
    CHECK(findings[1].detail == "its icon lost is neither in the module nor in the base");
}

TEST_CASE("an icon is there whoever shows it first, in any theme, size and form, and in the base")
{
    auto given = files({"/usr/bin/vim", "/usr/share/applications/a.desktop", "/usr/share/applications/b.desktop",
                        "/usr/share/applications/c.desktop", "/usr/share/applications/d.desktop",
                        "/usr/share/icons/other/scalable/apps/shared.svg", "/usr/share/icons/hicolor/packed.svgz"});
    given.icons_of_base = {"of-base"};
    const auto entry = [](const std::string& icon) { return "[Desktop Entry]\nName=V\nExec=vim\nIcon=" + icon + "\n"; };
    given.desktop = {{"/usr/share/applications/a.desktop", entry("shared")},
                     {"/usr/share/applications/b.desktop", entry("shared.svg")},
                     {"/usr/share/applications/c.desktop", entry("packed")},
                     {"/usr/share/applications/d.desktop", entry("of-base")}};

    const auto plan = plan_exports(recipe(), given);

    CHECK(plan.findings.empty());
    CHECK(std::ranges::count(plan.exports, ExportKind::icon, &Export::kind) == 1);
}

TEST_CASE("a recipe that names its commands gets those, from any package of the module")
{
    auto wanted = recipe();
    wanted.commands = {"perl"};

    CHECK(told(plan_exports(wanted, files({"/usr/bin/vim"}, {"/usr/bin/perl"}))) ==
          std::vector<std::string>{"perl /usr/bin/perl"});

    wanted.commands = {"vmi"};
    CHECK_FAILS(Code::not_found, "the module has no command \"vmi\"", plan_exports(wanted, files({"/usr/bin/vim"})));
    wanted.commands.reset();
    wanted.desktop = {"no.desktop"};
    CHECK_FAILS(Code::not_found, "no desktop entry \"no.desktop\"", plan_exports(wanted, files({"/usr/bin/vim"})));
}

TEST_CASE("what the exports file cannot hold is told and left out")
{
    const auto plan = plan_exports(recipe(), files({"/usr/bin/[", "/usr/bin/vim"}));

    CHECK(told(plan) == std::vector<std::string>{"vim /usr/bin/vim"});
    REQUIRE(plan.findings.size() == 1);
    CHECK(plan.findings[0].path == "/usr/bin/[");
}

TEST_CASE("a command in two directories is exported once, and a module without commands says so")
{
    CHECK(told(plan_exports(recipe(), files({"/usr/bin/x", "/usr/games/x"}))) ==
          std::vector<std::string>{"x /usr/bin/x"});
    CHECK(plan_exports(recipe(), files({"/usr/lib/x"})).findings.size() == 1);
}

TEST_CASE("the recipe asks for services to start, also for one of another package")
{
    auto wanted = recipe();
    wanted.start = {"vim.service", "helper.service"};
    const auto given =
        files({"/usr/bin/vim", "/usr/lib/systemd/system/vim.service", "/usr/lib/systemd/system/org.debian.vim.service"},
              {"/usr/lib/systemd/system/helper.service"});

    const auto plan = plan_exports(wanted, given);

    CHECK(told(plan) ==
          std::vector<std::string>{"helper.service /usr/lib/systemd/system/helper.service",
                                   "org.debian.vim.service /usr/lib/systemd/system/org.debian.vim.service",
                                   "vim /usr/bin/vim", "vim.service /usr/lib/systemd/system/vim.service"});
    for (const auto& made : plan.exports) {
        const bool is_asked = made.name == "vim.service" || made.name == "helper.service";
        CHECK(made.starts == is_asked);
        CHECK(made.listed == is_asked);
    }

    wanted.start = {"vin.service"};
    CHECK_FAILS(Code::not_found, "the module has no service \"vin.service\"", plan_exports(wanted, given));
}

TEST_CASE("icons and files of types give way, and what the recipe says; the rest are first names")
{
    auto wanted = recipe();
    wanted.second = {"view", "vim.desktop"};
    auto given = files({"/usr/bin/vim", "/usr/bin/view", "/usr/share/applications/vim.desktop",
                        "/usr/share/pixmaps/vim.png", "/usr/share/mime/packages/vim.xml"});
    given.desktop["/usr/share/applications/vim.desktop"] = "[Desktop Entry]\nName=Vim\nExec=vim\nIcon=vim\n";

    std::set<std::string> second;
    for (const auto& made : plan_exports(wanted, given).exports) {
        if (made.rank == Rank::second) {
            second.insert(made.path);
        }
    }
    CHECK(second == std::set<std::string>{"/usr/bin/view", "/usr/share/applications/vim.desktop",
                                          "/usr/share/pixmaps/vim.png", "/usr/share/mime/packages/vim.xml"});

    wanted.second = {"vieww"};
    CHECK_FAILS(Code::not_found, "exports nothing by the second name \"vieww\"", plan_exports(wanted, given));
}

TEST_CASE("a name of a bus or unit that is not of the app's id is exported when it is listed, else told and left out")
{
    const std::string bus = "/usr/share/dbus-1/services/";
    const std::string units = "/usr/lib/systemd/system/";
    const auto given = files({"/usr/bin/vim", bus + "org.freedesktop.secrets.service", bus + "org.debian.vim.A.service",
                              units + "vim.service", units + "qubes-.service"});
    auto wanted = recipe();

    const auto strict = plan_exports(wanted, given);
    CHECK(told(strict) ==
          std::vector<std::string>{"org.debian.vim.A " + bus + "org.debian.vim.A.service", "vim /usr/bin/vim"});
    REQUIRE(strict.findings.size() == 3);
    CHECK(strict.findings[2].detail.find("not exported: the export \"org.freedesktop.secrets\"") == 0);
    CHECK(strict.findings[2].detail.find("not listed") != std::string::npos);

    wanted.names = {"org.freedesktop.secrets", "vim.service"};
    const auto listed = plan_exports(wanted, given);
    CHECK(listed.exports.size() == 4);
    CHECK(listed.findings.size() == 1);
    CHECK(plan_exports(recipe(), given, UnlistedNames::listed) == listed);

    wanted.names = {"org.gone"};
    CHECK_FAILS(Code::not_found, "ship no D-Bus service or unit \"org.gone\"", plan_exports(wanted, given));
}
