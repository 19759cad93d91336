// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/replaced_packages.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::replaced_packages;
using build::ReplacedPackage;

namespace {

const std::vector<InstalledPackage> base{{.name = "libother", .version = "1.0"},
                                         {.name = "libsame", .version = "3"},
                                         {.name = "libthing", .version = "1.0"}};

} // namespace

TEST_CASE("a package of the base that an installation has in another version is named, newer or older")
{
    const std::vector<InstalledPackage> now{{.name = "libother", .version = "0.9"},
                                            {.name = "libsame", .version = "3"},
                                            {.name = "libthing", .version = "1.1"},
                                            {.name = "needer", .version = "2"}};

    CHECK(replaced_packages(base, now) ==
          std::vector<ReplacedPackage>{{"libother", "0.9", "1.0"}, {"libthing", "1.1", "1.0"}});
}

TEST_CASE("packages that were chosen are refused before they are installed, with both versions and the next step")
{
    const std::vector<LockedPackage> chosen{{{"libthing", "1.1", "amd64", sha256("")}, 1, "uri"},
                                            {{"needer", "2", "amd64", sha256("")}, 1, "uri"}};

    const auto failure = testing::failure_of([&] { build::refuse_replacements(base, chosen); });

    REQUIRE(failure.has_value());
    CHECK(failure->code == Code::conflict);
    CHECK(failure->message == "the archive is newer than the base: libthing 1.1 needed, 1.0 there");
    CHECK(failure->hint.starts_with("build a newer base"));
    build::refuse_replacements(base, std::span(chosen).subspan(1));
}

TEST_CASE("the words say what is needed and what is there, and how many more")
{
    const std::vector<ReplacedPackage> many(7, {"libthing", "1.1", "1.0"});

    CHECK(build::in_words({many.data(), 1}) == "libthing 1.1 needed, 1.0 there");
    CHECK(build::in_words(many).ends_with("; and 2 more"));
}
