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
    CHECK(uris[1].size == 59908);
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

TEST_CASE("a package's status gives its summary, and each relation that it has")
{
    const auto packages =
        parse_status("Package: git-man\nDescription: manual\n\nPackage: git\nDepends: libc6 (>= 2.36), perl:any | awk\n"
                     "Pre-Depends: dpkg\nBreaks: old (<< 2~), older\nConflicts: other (= 1)\n"
                     "Provides: vcs (= 1.0), git-core\nDescription: revision control\n more\n");

    const auto& git = packages.at("git");
    CHECK(git.summary == "revision control");
    CHECK(git.needs ==
          std::vector<Alternatives>{{{"dpkg"}}, {{"libc6", Bound::at_least, "2.36"}}, {{"perl"}, {"awk"}}});
    CHECK(git.breaks == std::vector<Relation>{{"other", Bound::exactly, "1"}, {"old", Bound::less, "2~"}, {"older"}});
    CHECK(git.provides == std::vector<Relation>{{"vcs", Bound::exactly, "1.0"}, {"git-core"}});
    CHECK(packages.at("git-man").needs.empty());
    CHECK_FALSE(packages.contains("gi"));
}

TEST_CASE("a relation that nobody can read is none, and takes no other with it")
{
    const auto package = parse_status("Package: a\nDepends: b (>= ), c (=> 1), (= 1), d ( << 2 ) | e (, , f\n").at("a");

    CHECK(package.needs == std::vector<Alternatives>{{{"d", Bound::less, "2"}}, {{"f"}}});
}

TEST_CASE("a package is of the source package that it names, and of its own name and version where it names none")
{
    const auto source_of = [](const std::string& field) {
        const auto package = parse_status("Package: libc6\nVersion: 2.36-9+b1\n" + field).at("libc6");
        return package.source + ' ' + package.source_version;
    };

    CHECK(source_of("Source: glibc (2.36-9)\n") == "glibc 2.36-9");
    CHECK(source_of("Source: glibc\n") == "glibc 2.36-9+b1");
    CHECK(source_of("") == "libc6 2.36-9+b1");
}

TEST_CASE("what a package recommends is told as what it needs is")
{
    const auto package = parse_status("Package: krita\nRecommends: pyqt5 (>= 5), qml | qml-other\n").at("krita");

    CHECK(package.recommends == std::vector<Alternatives>{{{"pyqt5", Bound::at_least, "5"}}, {{"qml"}, {"qml-other"}}});
}

TEST_CASE("licences are told by a machine-readable copyright file alone, each once")
{
    const std::string fields =
        "Files: *\nLicense: GPL-2+\n text\n\nFiles: x\nLicense: Expat or BSD\n\nLicense: GPL-2+\n x\n";

    CHECK(parse_licences("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n" + fields) ==
          std::vector<std::string>{"Expat or BSD", "GPL-2+"});
    CHECK(parse_licences(fields).empty());
}

TEST_CASE("a changelog names vulnerabilities by whole ids, each once")
{
    CHECK(parse_fixes("x (1.2)\n\n  * Fix CVE-2026-12345, CVE-2025-0464 (Closes: #1), cve-2025-1111.\n"
                      "  * CVE-2025-0464: again\n") == std::vector<std::string>{"CVE-2025-0464", "CVE-2026-12345"});
    CHECK(parse_fixes("CVE-2026-123 CVE-202-1234 CVE-2026 CVE-2026- CVE-XXXX-1234 CVE-").empty());
    CHECK(parse_fixes("CVE-2026-12345678901234567890").empty());
    CHECK(parse_fixes("CVE-CVE-2026-1234") == std::vector<std::string>{"CVE-2026-1234"});
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
