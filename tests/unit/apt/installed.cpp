// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_source.hpp"
#include "support/expect.hpp"
#include "support/trees.hpp"

#include "qpkg/core/subprocess.hpp"

#include <sys/stat.h>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

struct Changes {
    files::TemporaryDirectory directory = scratch();
    TreeMaker tree{directory.path() / "changes"};
    apt::AptSource source;

    std::vector<InstalledPackage> describe() const { return source.describe(ForeignTree(tree.root())); }
};

} // namespace

TEST_CASE("what dpkg recorded of one package, also for several architectures, is told together")
{
    Changes changes;
    changes.tree
        .file("var/lib/dpkg/status",
              "Package: libhello\nVersion: 1\nArchitecture: amd64\nDescription: helps\n\nPackage: of-base\n")
        .file("usr/share/doc/libhello/copyright", "Format: https://www.debian.org/\nLicense: GPL-2\n")
        .file("var/lib/dpkg/info/libhello:amd64.list", "/.\n/usr/lib/a\n")
        .file("var/lib/dpkg/info/libhello:amd64.postinst", "#!/bin/sh\n")
        .file("var/lib/dpkg/info/libhello:i386.list", "/usr/lib/b\n")
        .file("var/lib/dpkg/info/libhello:i386.md5sums", "x");

    CHECK(changes.describe() == std::vector<InstalledPackage>{{.name = "libhello",
                                                               .version = "1",
                                                               .arch = "amd64",
                                                               .source = "libhello",
                                                               .source_version = "1",
                                                               .licences = {"GPL-2"},
                                                               .summary = "helps",
                                                               .paths = {"/usr/lib/a", "/usr/lib/b"},
                                                               .has_scripts = true}});
}

TEST_CASE("a package whose name has a dot is not taken for another")
{
    Changes changes;
    changes.tree.file("var/lib/dpkg/status", "Package: tool-6.q16\nVersion: 1\nArchitecture: amd64\nSource: tool\n\n")
        .file("var/lib/dpkg/info/tool-6.q16.list", "/usr/bin/tool\n")
        .file("var/lib/dpkg/info/libtool1.0:amd64.list", "/usr/lib/libtool.so.1\n")
        .file("var/lib/dpkg/info/libtool1.0:amd64.triggers", "x");

    const auto packages = changes.describe();

    REQUIRE(packages.size() == 2);
    CHECK(packages[0].name == "libtool1.0");
    CHECK(packages[0].has_scripts);
    CHECK(packages[1].name == "tool-6.q16");
    CHECK(packages[1].source == "tool");
    CHECK(packages[1].paths == std::vector<std::string>{"/usr/bin/tool"});
}

TEST_CASE("files of dpkg's state may be pipes or lead anywhere: nobody waits, and nothing outside is read")
{
    Changes changes;
    const auto secret = TreeMaker(changes.directory.path() / "victim")
                            .file("secret", "Package: hello\nDescription: of the host\n")
                            .root() /
                        "secret";
    changes.tree.file("var/lib/dpkg/info/hello.list", "/usr/bin/hello\n")
        .link("var/lib/dpkg/status", secret.string())
        .link("var/lib/dpkg/info/other.list", secret.string());
    REQUIRE(::mkfifo((changes.tree.root() / "var/lib/dpkg/info/pipe.list").c_str(), 0644) == 0);

    const auto packages = changes.describe();

    REQUIRE(packages.size() == 1);
    CHECK(packages[0].name == "hello");
    CHECK(packages[0].summary.empty());
}

TEST_CASE("what a package mends is read from the two of Debian's places, and one that is damaged says nothing")
{
    const auto packed = [](const std::string& text) { return run({.argv = {"gzip", "-nc"}, .input = text}).output; };
    Changes changes;
    for (const auto* name : {"damaged", "packed", "native", "plain"}) {
        changes.tree.file(std::string("var/lib/dpkg/info/") + name + ".list", "/x\n");
    }
    changes.tree.file("usr/share/doc/damaged/changelog.Debian.gz", "no gzip")
        .file("usr/share/doc/packed/changelog.Debian.gz",
              packed("x (2)\n  * CVE-2026-0002\nx (1)\n  * CVE-2026-0001\n"))
        .file("usr/share/doc/native/changelog.gz", packed("CVE-2026-0003"))
        .file("usr/share/doc/plain/changelog", "CVE-2026-0004");

    const auto packages = changes.describe();

    REQUIRE(packages.size() == 4);
    CHECK(packages[0].fixes.empty());
    CHECK(packages[1].fixes == std::vector<std::string>{"CVE-2026-0003"});
    CHECK(packages[2].fixes == std::vector<std::string>{"CVE-2026-0001", "CVE-2026-0002"});
    CHECK(packages[3].fixes.empty());
}

TEST_CASE("of a changelog of many years the newest entries count, and it hinders nobody")
{
    std::string text = "x (2)\n  * CVE-2026-0002\n"; // as that of linux-libc-dev: over 1 MiB, packed
    while (text.size() < std::size_t{4} * 1024 * 1024) {
        text += sha256(text.substr(text.size() - 20)).hex();
    }
    Changes changes;
    changes.tree.file("var/lib/dpkg/info/x.list", "/x\n")
        .file("usr/share/doc/x/changelog.Debian.gz", run({.argv = {"gzip", "-nc"}, .input = text}).output);

    CHECK(changes.describe().front().fixes == std::vector<std::string>{"CVE-2026-0002"});
}
