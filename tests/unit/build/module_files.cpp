// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_files.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

using namespace qpkg;
using namespace qpkg::build;

namespace {

using Paths = std::set<std::string>;

struct Installed {
    files::TemporaryDirectory directory = testing::scratch();
    testing::TreeMaker tree{directory.path() / "changes"};
    std::vector<std::string> keep;
    std::vector<InstalledPackage> packages;

    Installed& file(const std::string& path, const std::string& text = "")
    {
        tree.file(path.substr(1), text, 0755);
        keep.push_back(path);
        return *this;
    }
    Installed& link(const std::string& path, const std::string& target)
    {
        tree.link(path.substr(1), target);
        keep.push_back(path);
        return *this;
    }
    ModuleFiles read(const std::string& package) const
    {
        const auto recipe = parse_recipe(
            recipe_for_package(AppId::require("org.debian.x"), package, BaseId::require("debian-12")), "module.toml");
        return read_module_files(ForeignTree(tree.root()), keep, recipe, packages, files_of(packages));
    }
};

} // namespace

TEST_CASE("links that go through the system's alternatives are known with what they lead to in the end")
{
    Installed module;
    module.file("/usr/bin/vim.gtk3")
        .link("/usr/bin/vim", "/etc/alternatives/vim")
        .link("/etc/alternatives/vim", "/bin/vim.gtk3")
        .link("/usr/bin/plain", "vim.gtk3")
        .link("/usr/lib/vim", "/etc/alternatives/vim");
    module.packages = {{.name = "vim-gtk3", .paths = {"/usr/bin/vim.gtk3"}}};

    const auto files = module.read("vim-gtk3");

    CHECK(files.own == Paths{"/usr/bin/vim.gtk3"});
    CHECK(files.alternatives == std::map<std::string, std::string>{{"/usr/bin/vim", "/usr/bin/vim.gtk3"}});
}

TEST_CASE("links, scripts and menu entries lead to the packages of what they start")
{
    Installed module;
    module.file("/usr/bin/npm", "#!/usr/bin/env -S node --x\nrest")
        .link("/usr/bin/latex", "../share/to-tex")
        .link("/usr/share/to-tex", "../bin/pdftex")
        .file("/usr/share/applications/calc.desktop", "[Desktop Entry]\nExec=env A=b \"office\" --calc %U\n")
        .file("/usr/bin/node")
        .file("/usr/bin/pdftex")
        .file("/usr/bin/office")
        .link("/usr/bin/round", "round");
    module.packages = {
        {.name = "named",
         .paths = {"/usr/bin/npm", "/usr/bin/latex", "/usr/bin/round", "/usr/share/applications/calc.desktop"}},
        {.name = "nodejs", .paths = {"/usr/bin/node"}},
        {.name = "tex", .paths = {"/bin/pdftex"}},
        {.name = "office", .paths = {"/usr/bin/office", "/usr/share/gone"}}};

    const auto files = module.read("named");

    CHECK(files.related == Paths{"/usr/bin/node", "/usr/bin/office", "/usr/bin/pdftex"});
    CHECK(files.desktop.size() == 1);
}

TEST_CASE("the program of a line is told without its folder's settings and arguments")
{
    CHECK(program_of("/usr/bin/env -S node --x") == "node");
    CHECK(program_of("env A=b LANG=c \"gimp-2.10\" %U") == "gimp-2.10");
    CHECK(program_of(" /usr/bin/python3 -x") == "/usr/bin/python3");
    CHECK_FALSE(program_of("").has_value());
    CHECK_FALSE(program_of("env -i").has_value());
}
