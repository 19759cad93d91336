// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/whole_tree.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include <sys/sysmacros.h>

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// A root that came from somewhere, with one package.
struct Root {
    files::TemporaryDirectory directory = scratch();
    TreeMaker victim{directory.path() / "victim"};
    TreeMaker tree{directory.path() / "tree"};
    build::Recipe recipe{.app = AppId::require("org.example.hello"), .base = BaseOrNone::none()};

    Root()
    {
        recipe.packages = {"hello"};
        victim.file("kept", "kept");
        tree.file("usr/bin/hello", "#!/bin/sh\n", 0755)
            .file("etc/hello.conf", "x")
            .file("etc/passwd", "root:x:0:0::/root:/bin/sh\nhello:x:101:101::/:/bin/sh\n")
            .link("bin", "usr/bin");
    }

    build::ModuleTree make(const std::vector<std::string>& paths = {"/usr/bin/hello"}) const
    {
        const InstalledPackage hello{.name = "hello", .summary = "says hello", .paths = paths};
        return build::make_whole_tree({tree.root(), {hello}, {"/var/lib/manager"}}, recipe, {.room = 10'000});
    }

    bool has(const fs::path& path) const { return fs::exists(fs::symlink_status(tree.root() / path)); }
    bool is_empty_folder(const std::string& name) const
    {
        const auto path = tree.root() / name;
        return fs::is_directory(fs::symlink_status(path)) && fs::is_empty(path);
    }
};

constexpr std::array places = {"dev", "home", "media", "mnt", "proc", "root", "run", "rw", "sys", "tmp"};

} // namespace

TEST_CASE("a root becomes a module with its exports and empty folders for what is the qube's")
{
    Root root;
    root.tree.file("home/user/.profile", "x").file("var/lib/manager/state", "x").file("var/log/made", "x");

    const auto module = root.make();

    REQUIRE(module.exports.size() == 1);
    CHECK(module.exports.front().name == "hello");
    CHECK(module.summary == "says hello");
    for (const auto* place : places) {
        CHECK_MESSAGE(root.is_empty_folder(place), place);
    }
    CHECK(root.is_empty_folder("var/lib"));
    CHECK(root.has("bin"));
    CHECK(root.has("usr/share/qpkg/org.example.hello/exports"));
    CHECK_FALSE(root.has("etc/passwd"));                  // the view has the qube's
    CHECK_FALSE(root.has("usr/lib/sysusers.d"));          // and no account of the module
    CHECK_FALSE(root.has("usr/lib/extension-release.d")); // it extends no base
    CHECK_FALSE(root.has("var/log/made"));
    CHECK(module.details.needs.empty());
}

TEST_CASE("units of a root are those of a system of its own: none is exported, which is told")
{
    Root root;
    root.tree.file("usr/lib/systemd/system/hello.service", "[Service]\nExecStart=/usr/bin/hello\n");

    const auto module = root.make({"/usr/bin/hello", "/usr/lib/systemd/system/hello.service"});

    CHECK(module.exports.size() == 1);
    CHECK(std::ranges::find(module.findings, std::string("/usr/lib/systemd/system/hello.service"),
                            &build::Finding::path) != module.findings.end());
}

TEST_CASE("a link where the qube's own is shown is refused, and nothing behind it is touched")
{
    for (const std::string place : {"home", "run", "rw", "var", "etc", "usr", "tmp"}) {
        Root root;
        fs::remove_all(root.tree.root() / place);
        root.tree.link(place, root.victim.root().string());

        CHECK_FAILS(Code::corrupt, "the tree cannot be the root of a view: /" + place + " is no folder", root.make());
        CHECK(listing(root.victim.root()).size() == 1);
    }
    Root root;
    root.tree.file("proc", "a file");
    CHECK_FAILS(Code::corrupt, "/proc is no folder", root.make());
}

TEST_CASE("a tree without /usr is no root, and nothing is made in it")
{
    Root root;
    fs::remove_all(root.tree.root() / "usr");

    CHECK_FAILS(Code::corrupt, "the tree cannot be the root of a view: it has no /usr", root.make());
    CHECK_FALSE(root.has("home"));
}

TEST_CASE("a root keeps no device and no right, and each that it had is told")
{
    Root root;
    root.tree.file("usr/bin/su", "x", 04755);
    REQUIRE(::mkfifo((root.tree.root() / "usr/bin/pipe").c_str(), 0644) == 0);

    const auto module = root.make();

    const auto is_told = [&](const std::string& rule, const std::string& path) {
        return std::ranges::any_of(module.findings,
                                   [&](const build::Finding& one) { return one.rule == rule && one.path == path; });
    };
    CHECK(is_told("setuid", "/usr/bin/su"));
    CHECK((fs::status(root.tree.root() / "usr/bin/su").permissions() & fs::perms::set_uid) == fs::perms::none);
    CHECK(is_told("device", "/usr/bin/pipe"));
    CHECK_FALSE(root.has("usr/bin/pipe"));
    CHECK(module.limits.empty()); // the system's `su` is nothing that the app is known by
}
