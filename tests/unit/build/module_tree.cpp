// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_tree.hpp"

#include "support/expect.hpp"
#include "support/fake_source.hpp"
#include "support/trees.hpp"

#include <fcntl.h>

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// What installing the package "hello", whose postinst a test writes out, changed over a base.
struct Installation {
    files::TemporaryDirectory directory = scratch();
    TreeMaker victim{directory.path() / "victim"};
    TreeMaker base{directory.path() / "base"};
    TreeMaker changes{directory.path() / "changes"};
    build::Recipe recipe{.app = AppId::require("org.debian.hello"), .base = BaseId::require("debian-12")};
    FakeArchive archive;
    FakeSource source{archive};
    std::size_t room = 10'000;

    Installation()
    {
        victim.file("kept", "kept");
        base.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n").file("etc/group", "root:x:0:\n");
        base.directory("usr/lib/sysusers.d").directory("usr/share");
        changes.file("usr/bin/hello", "#!/bin/sh\n", 0755)
            .file("var/lib/fake/hello",
                  "summary says hello\nscript ran\nfile /usr/bin/hello\nfile /etc/hello/shipped.conf\n");
        recipe.packages = {"hello"};
    }

    build::ModuleTree make() const
    {
        return build::make_module_tree(changes.root(), files::open(base.root(), O_PATH | O_DIRECTORY), recipe, source,
                                       [](const std::string&) { return std::nullopt; }, {.room = room});
    }
    std::string text(const fs::path& path) const { return files::read(changes.root() / path, 10000); }
    bool has(const fs::path& path) const { return fs::exists(fs::symlink_status(changes.root() / path)); }
    bool victim_is_whole() const
    {
        return listing(victim.root()).size() == 1 && files::read(victim.root() / "kept", 100) == "kept";
    }
};

std::vector<std::string> told(const build::ModuleTree& tree, const std::string& rule)
{
    std::vector<std::string> paths;
    for (const auto& finding : tree.findings) {
        if (finding.rule == rule) {
            paths.push_back(finding.path);
        }
    }
    return paths;
}

} // namespace

TEST_CASE("a package that puts a link in the place of a directory of the base is refused by name")
{
    for (const auto* place : {"usr/lib/sysusers.d", "usr/share", "usr/lib", "etc"}) {
        Installation installation;
        installation.changes.link(place, installation.victim.root().string());

        CAPTURE(place);
        CHECK_FAILS(Code::conflict, "installing hello puts something in the place of a directory of the base: /",
                    installation.make());
        CHECK(installation.victim_is_whole());
    }
}

TEST_CASE("no link that a package leaves where the build writes leads it out")
{
    for (const auto* place : {"usr/lib/extension-release.d", "usr/share/qpkg", "usr/share/qpkg/org.debian.hello"}) {
        Installation installation;
        installation.changes.link(place, installation.victim.root().string());

        CAPTURE(place);
        if (std::string(place).starts_with("usr/share/qpkg")) {
            installation.make(); // nobody else's place: the link is left out
            CHECK_FALSE(installation.text("usr/share/qpkg/org.debian.hello/exports").empty());
        } else {
            CHECK_FAILS(Code::corrupt, "the tree that hello made: /usr/lib/extension-release.d is a symbolic link",
                        installation.make());
        }
        CHECK(installation.victim_is_whole());
    }
}

TEST_CASE("files that the build reads may be pipes or lead anywhere: nobody waits, and nothing outside is read")
{
    Installation installation;
    const auto secret = installation.victim.file("secret", "x:x:1:\n").root() / "secret";
    installation.changes.link("etc/group", secret.string());
    REQUIRE(::mkfifo((installation.changes.root() / "etc-passwd").c_str(), 0644) == 0);
    fs::rename(installation.changes.root() / "etc-passwd", installation.changes.root() / "etc/passwd");

    CHECK(installation.make().summary == "says hello");
    CHECK_FALSE(installation.has("usr/lib/sysusers.d/org.debian.hello.conf"));
}

TEST_CASE("what scripts wrote into the account files becomes no line of its own")
{
    Installation installation;
    installation.changes.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nhello:x:5:5::/:/bin/sh\n")
        .file("etc/group", "root:x:0:hello\nx; APT { Pre-Invoke { \"id\"; }; }; //:x:64000:\n");

    const auto tree = installation.make();

    CHECK(installation.text("usr/lib/sysusers.d/org.debian.hello.conf") == "u hello - - / /bin/sh\n");
    CHECK(told(tree, "account").size() == 2);
}

TEST_CASE("who installs an app hears of commands and of its own helpers that lose a right, not of a library's")
{
    Installation installation;
    installation.changes.file("usr/lib/hello/helper", "", 04755)
        .file("usr/bin/other", "", 04755)
        .file("usr/lib/other/helper", "", 04755)
        .file("var/lib/fake/hello", "file /usr/bin/hello\nfile /usr/lib/hello/helper\n");

    const auto tree = installation.make();

    CHECK(tree.limits ==
          std::vector<Limit>{{"/usr/bin/other", Right::setuid}, {"/usr/lib/hello/helper", Right::setuid}});
    CHECK(told(tree, "setuid").size() == 3);
}

TEST_CASE("keys that a script made are no part of a module, and two installations are equal again")
{
    std::map<std::string, std::string> before;
    for (const auto* key : {"first", "second"}) {
        Installation installation;
        installation.changes.file("etc/hello/host_key", key, 0600)
            .file("etc/hello/host_key.pub", key)
            .file("etc/hello/shipped.conf", "same", 0640);

        const auto tree = installation.make();

        CHECK(told(tree, "secret") == std::vector<std::string>{"/etc/hello/host_key", "/etc/hello/host_key.pub"});
        CHECK_FALSE(installation.has("etc/hello/host_key"));
        CHECK_FALSE(installation.has("etc/hello/host_key.pub"));
        CHECK(installation.text("etc/hello/shipped.conf") == "same");
        const auto after = listing(installation.changes.root());
        CHECK((before.empty() || before == after));
        before = after;
    }
}

TEST_CASE("a recipe may refuse private files, by name")
{
    Installation installation;
    installation.recipe.private_files = build::PrivateFiles::refuse;
    installation.changes.file("etc/hello/host_key", "key", 0600);

    CHECK_FAILS(Code::conflict, "for one machine alone, which no module may bring: /etc/hello/host_key",
                installation.make());
}

TEST_CASE("lines of tmpfiles.d that no qube follows are findings, the others are not")
{
    Installation installation;
    installation.changes.file("usr/lib/tmpfiles.d/hello.conf", "d /run/hello 1777 root root\nz /run/hello 0777\n")
        .file("usr/lib/tmpfiles.d/fine.conf", "d /run/fine\n");

    const auto tree = installation.make();

    REQUIRE(told(tree, "tmpfiles") == std::vector<std::string>{"/usr/lib/tmpfiles.d/hello.conf"});
    CHECK(std::ranges::find_if(tree.findings, [](const auto& finding) {
              return finding.rule == "tmpfiles" && finding.detail.starts_with("line 2: type z");
          }) != tree.findings.end());
}

TEST_CASE("links that lead nowhere are findings, relative ones and those into /var/lib too")
{
    Installation installation;
    installation.base.file("usr/share/of-base", "x");
    installation.changes.link("usr/lib/hello/good", "../../bin/hello")
        .link("usr/lib/hello/of-base", "/usr/share/of-base")
        .link("usr/lib/hello/absolute", "/usr/share/gone")
        .link("usr/lib/hello/relative", "../gone")
        .link("usr/lib/hello/state", "/var/lib/hello/gone")
        .link("usr/lib/hello/at-run-time", "/var/cache/hello");

    CHECK(told(installation.make(), "symlink") ==
          std::vector<std::string>{"/usr/lib/hello/absolute", "/usr/lib/hello/relative", "/usr/lib/hello/state"});
}

TEST_CASE("what a named package recommends and the module does without is told")
{
    Installation installation;
    installation.changes.file("var/lib/fake/hello", "file /usr/bin/hello x\nrecommends hello-doc\n")
        .file("var/lib/fake/libhello", "recommends nobody-asked\n");

    const auto findings = installation.make().findings;

    REQUIRE(std::ranges::count(findings, "recommends", &build::Finding::rule) == 1);
    CHECK(std::ranges::find(findings, "recommends", &build::Finding::rule)
              ->detail.starts_with("hello recommends hello-doc: left out"));
}
