// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_text.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::apt;

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

TEST_CASE("a package's status gives its summary and each relation that it requires")
{
    const auto packages =
        parse_status("Package: git-man\nDescription: manual\n\nPackage: git\nDepends: libc6 (>= 2.36), perl | awk\n"
                     "Pre-Depends: dpkg\nDescription: revision control\n more\n");

    CHECK(packages.at("git").summary == "revision control");
    CHECK(packages.at("git").requirements == std::vector<std::string>{"dpkg", "libc6 (>= 2.36)", "perl | awk"});
    CHECK(packages.at("git-man").requirements.empty());
    CHECK_FALSE(packages.contains("gi"));
}

TEST_CASE("a package's status tells what it was built from, and who meets what it requires")
{
    const auto packages = parse_status("Package: wireshark\nSource: wireshark-src (4.0)\n"
                                       "Depends: shark-ui (= 4) | other, perl:any, libc6 (>= 2), awk | gone\n\n"
                                       "Package: shark-qt\nProvides: shark-ui (= 4), shark-look\n\n"
                                       "Package: perl\n\nPackage: mawk\nProvides: awk\n");

    CHECK(packages.at("wireshark").source == "wireshark-src");
    CHECK(packages.at("wireshark").needs == std::vector<std::string>{"mawk", "perl", "shark-qt"});
    CHECK(packages.at("perl").source.empty());
    CHECK(packages.at("perl").needs.empty());
}

TEST_CASE("what a package recommends and nobody meets is told")
{
    const auto packages = parse_status("Package: krita\nRecommends: pyqt5 (>= 5), qml | qml-other, libc6\n\n"
                                       "Package: libc6\n\nPackage: qml-other\n");

    CHECK(packages.at("krita").left_out == std::vector<std::string>{"pyqt5 (>= 5)"});
}

TEST_CASE("a file list gives paths, without the top and what is no path")
{
    CHECK(parse_file_list("/.\n/bin/sh\n/usr/bin/x\n\nx\n") == std::vector<std::string>{"/bin/sh", "/usr/bin/x"});
}

TEST_CASE("what mmdebstrap begins is known by its lines")
{
    CHECK(bootstrap_stage("I: extracting archives...") == "extract");
    CHECK(bootstrap_stage("I: installing remaining packages inside the chroot...") == "complete");
    CHECK_FALSE(bootstrap_stage("I: using /tmp/x as tempdir").has_value());
    CHECK_FALSE(bootstrap_stage("Setting up libc6").has_value());
}
