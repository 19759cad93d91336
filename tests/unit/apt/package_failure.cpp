// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/package_failure.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using apt::package_failure;

TEST_CASE("a script that fails while its package is set up is quoted, both streams, without what dpkg and apt say")
{
    const auto failure = package_failure(
        {.status = 100,
         .output =
             "Reading package lists...\nSelecting previously unselected package sad.\n"
             "Preparing to unpack .../sad_1.0_all.deb ...\nUnpacking sad (1.0) ...\nSetting up fine (1.0) ...\n"
             "all is well here\nSetting up sad (1.0) ...\nno frobnicator\nSetting up later (1.0) ...\nfine, too\n",
         .errors = "debconf: delaying package configuration\ninstall one first\n"
                   "dpkg: error processing package sad (--configure):\n"
                   " installed sad package post-installation script subprocess returned error exit status 3\n"
                   "dpkg: dependency problems prevent configuration of needer:\n needer depends on sad\n"
                   "dpkg: error processing package needer (--configure):\n dependency problems - leaving unconfigured\n"
                   "Errors were encountered while processing:\n sad\n needer\n"
                   "E: Sub-process /usr/bin/dpkg returned an error code (1)\n"});

    REQUIRE(failure.has_value());
    CHECK(failure->package == "sad");
    CHECK(failure->reason == "installed sad package post-installation script subprocess returned error exit status 3");
    CHECK(failure->words == std::vector<std::string>{"no frobnicator", "install one first"});
}

TEST_CASE("a script that fails before its package is unpacked is quoted")
{
    const auto failure = package_failure(
        {.status = 100,
         .output = "Preparing to unpack .../libsad2_2%3a1.0_amd64.deb ...\nnot on this machine\n",
         .errors = "dpkg: error processing archive /var/cache/apt/archives/libsad2_2%3a1.0_amd64.deb (--unpack):\n"
                   " new libsad2:amd64 package pre-installation script subprocess returned error exit status 1\n"});

    REQUIRE(failure.has_value());
    CHECK(failure->package == "libsad2");
    CHECK(failure->words == std::vector<std::string>{"not on this machine"});
}

TEST_CASE("of a script that says much the last lines of each stream are quoted")
{
    std::string output = "Setting up sad (1.0) ...\n";
    std::string errors;
    for (int i = 0; i < 50; ++i) {
        output += "out " + std::to_string(i) + "\n\n";
        errors += "err " + std::to_string(i) + "\n";
    }

    const auto failure =
        package_failure({.status = 1, .output = output, .errors = errors + "dpkg: error processing package sad (-):"});

    REQUIRE(failure.has_value());
    CHECK(failure->words ==
          std::vector<std::string>{"out 46", "out 47", "out 48", "out 49", "err 46", "err 47", "err 48", "err 49"});
    CHECK(failure->reason.empty());
}

TEST_CASE("where dpkg names no package nothing is made up")
{
    CHECK_FALSE(package_failure({.status = 100, .output = {}, .errors = "E: Unable to lock\n"}).has_value());
}
