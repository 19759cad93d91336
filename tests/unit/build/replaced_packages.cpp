// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/replaced_packages.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::replaced_packages;
using build::ReplacedPackage;

namespace {

const std::vector<InstalledPackage> base{
    {.name = "libother", .version = "1.0", .paths = {"/usr/lib/libother.so.1.0.0"}},
    {.name = "libsame", .version = "3", .paths = {"/usr/lib/libsame.so.3"}},
    {.name = "libthing", .version = "1.0", .paths = {"/lib/libthing.so.1.0.0"}}};
const std::vector<InstalledPackage> now{{.name = "libother", .version = "1.1"},
                                        {.name = "libsame", .version = "3"},
                                        {.name = "libthing", .version = "1.1"},
                                        {.name = "needer", .version = "2"}};

} // namespace

TEST_CASE("a package whose files go because the archive has a newer one is named")
{
    const std::vector<std::string> removed{"/usr/lib/libthing.so.1.0.0"};

    CHECK(replaced_packages(base, now, removed) == std::vector<ReplacedPackage>{{"libthing", "1.1", "1.0"}});
}

TEST_CASE("a file of a package that stays as it was is removed by something else")
{
    const std::vector<std::string> removed{"/usr/lib/libsame.so.3", "/etc/mine"};

    CHECK(replaced_packages(base, now, removed).empty());
}

TEST_CASE("the words say what is needed and what is there, and how many more")
{
    const std::vector<ReplacedPackage> many(7, {"libthing", "1.1", "1.0"});

    CHECK(build::in_words({many.data(), 1}) == "libthing 1.1 needed, 1.0 there");
    CHECK(build::in_words(many).ends_with("; and 2 more"));
}
