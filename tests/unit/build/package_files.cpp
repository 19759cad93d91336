// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/package_files.hpp"

#include "build/os_release.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::build;

TEST_CASE("files are told where they are after the merge into /usr, and whose they are")
{
    const std::vector<InstalledPackage> packages{{.name = "a", .paths = {"/bin/sh", "/usr/bin/x", "/lib/y"}},
                                                 {.name = "b", .paths = {"/lib64/z"}, .has_scripts = true}};

    const auto files = files_of(packages);

    CHECK(files.of("a") == std::vector<std::string>{"/usr/bin/sh", "/usr/bin/x", "/usr/lib/y"});
    CHECK(files.lists("/usr/lib64/z"));
    CHECK(files.suspects("/usr/bin/x") == "a or b");
    CHECK(files.suspects("/etc/z") == "b");
    CHECK(files_of({}).suspects("/etc/z") == "the installation");
}

TEST_CASE("fields of os-release are found by their whole name")
{
    CHECK(os_release_value("VERSION_ID=\"12\"\nID=debian\n", "ID") == "debian");
    CHECK(os_release_value("VERSION_ID=\"12\"\nID=debian\n", "VERSION_ID") == "12");
    CHECK(os_release_value("ID_LIKE=x\n", "ID").empty());
}
