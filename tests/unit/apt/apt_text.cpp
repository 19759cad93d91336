// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_text.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::build;

TEST_CASE("the addresses that apt prints are read, with and without a digest")
{
    const auto uris = parse_uris("Reading package lists...\n"
                                 "'http://a/b_1%3a2_amd64.deb' b_1%3a2_amd64.deb 28 MD5Sum:c9\n"
                                 "'http://a/c_1_all.deb' c_1_all.deb 59908 \n");

    REQUIRE(uris.size() == 2);
    CHECK(uris[0].uri == "http://a/b_1%3a2_amd64.deb");
    CHECK(uris[1].file_name == "c_1_all.deb");
}

TEST_CASE("package records give digests, each once and in order")
{
    const auto record = [](const std::string& name) {
        return "Package: " + name +
               "\nVersion: 1\nArchitecture: all\nDescription: x\n SHA256: no\nSHA256: " + sha256(name).hex() + "\n\n";
    };

    const auto packages = parse_package_records(record("b") + record("a") + record("b") + "Package: c\n\n");

    CHECK(packages == std::vector<Package>{{"a", "1", "all", sha256("a")}, {"b", "1", "all", sha256("b")}});
}

TEST_CASE("apt's ways to say that there is no such package are understood")
{
    CHECK(unknown_package("E: Unable to locate package gti\n") == "gti");
    CHECK(unknown_package("Package x is virtual\nE: Package 'x' has no installation candidate\n") == "x");
    CHECK(unknown_package("E: Unable to locate package a.b\nE: Couldn't find any package by glob 'a.b'\n") == "a.b");
    CHECK_FALSE(unknown_package("E: Temporary failure resolving 'deb.debian.org'\n").has_value());
}

TEST_CASE("a package file tells when it was made")
{
    const std::string start = "!<arch>\ndebian-binary   1700000000  0     0     100644  4         `\n";

    CHECK(deb_time(start) == 1'700'000'000);
    CHECK_FAILS(Code::corrupt, "not a Debian package", deb_time(""));
    CHECK_FAILS(Code::corrupt, "not a Debian package", deb_time(start.substr(0, 30)));
    CHECK_FAILS(Code::corrupt, "not a Debian package",
                deb_time("!<arch>\ndebian-binary   -1          " + std::string(40, ' ')));
}

TEST_CASE("fields of a package's status and of os-release are found by their whole name")
{
    const std::string status =
        "Package: git-man\nDescription: manual\n\nPackage: git\nDescription: revision control\n more\n";

    CHECK(package_field(status, "git", "Description") == "revision control");
    CHECK(package_field(status, "gi", "Description").empty());
    CHECK(os_release_value("VERSION_ID=\"12\"\nID=debian\n", "ID") == "debian");
    CHECK(os_release_value("VERSION_ID=\"12\"\nID=debian\n", "VERSION_ID") == "12");
    CHECK(os_release_value("ID_LIKE=x\n", "ID").empty());
}
