// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/package_name.hpp"

#include "adapters/apt/apt_source.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::apt;

TEST_CASE("a package gives its app a name, and what can be no package is refused")
{
    const AptSource source;

    CHECK(source.app_of("git").text() == "org.debian.git");
    CHECK(source.app_of("python3.11").text() == "org.debian.python3-11");
    for (const auto* name : {"git --purge", "a", "-o", "git-", "Git", "git_x", ""}) {
        CHECK_FAILS(Code::usage, "is not the name of a Debian package", source.app_of(name));
    }
    CHECK(is_package_name("g++"));
    CHECK(is_package_name("0ad"));
}

TEST_CASE("the name of a package file tells name, version and architecture")
{
    const PackageFileName git{"git", "1:2.39.5-0+deb12u3", "amd64"};

    CHECK(parse_package_file_name("git_1%3a2.39.5-0+deb12u3_amd64.deb") == git);
    CHECK(package_file_name({git.name, git.version, git.arch, sha256("")}) == "git_1%3a2.39.5-0+deb12u3_amd64.deb");
    CHECK_FAILS(Code::corrupt, "is not the name of a package file", parse_package_file_name("git.deb"));
    CHECK_FAILS(Code::corrupt, "is not the name of a package file", parse_package_file_name("-o_1_amd64.deb"));
    CHECK_FAILS(Code::corrupt, "is not the name of a package file", parse_package_file_name("../x_1_amd64.deb"));
}
