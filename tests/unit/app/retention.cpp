// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/retention.hpp"

#include "signing/dates.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"

using namespace qpkg;
using app::ReleaseAge;
using app::retired;
using trust::day;

namespace {

constexpr std::int64_t now = 1000 * day;

ReleaseAge release_of(const std::string& app, std::uint64_t sequence, std::int64_t days_ago,
                      std::vector<std::string> gives = {}, std::vector<std::string> needs = {})
{
    return {app + '-' + std::to_string(sequence),
            app,
            app,
            sequence,
            now - days_ago * day,
            std::move(gives),
            std::move(needs)};
}

} // namespace

TEST_CASE("the newest releases of each app stay, and what is younger than the days that were said")
{
    const std::vector<ReleaseAge> list{release_of("a", 1, 400), release_of("a", 2, 200), release_of("a", 3, 50),
                                       release_of("a", 4, 1),   release_of("b", 1, 999), release_of("c", 1, 91),
                                       release_of("c", 2, 90)};

    CHECK(retired(list, {.releases = 3, .days = 90}, now) == std::vector<std::string>{"a-1"});
    CHECK(retired(list, {.releases = 1, .days = 90}, now) == std::vector<std::string>{"a-1", "a-2", "c-1"});
    CHECK(retired(list, {.releases = 1, .days = 300}, now) == std::vector<std::string>{"a-1"});
}

TEST_CASE("a release of which nobody knows when it was published is old")
{
    auto unknown = release_of("a", 1, 0);
    unknown.published = 0;

    CHECK(retired({unknown, release_of("a", 2, 0)}, {.releases = 1, .days = 90}, now) ==
          std::vector<std::string>{"a-1"});
}

TEST_CASE("what a listed release needs stays, the newest that has it, with what that needs")
{
    const std::vector<ReleaseAge> list{release_of("base", 1, 900, {"base 1"}),
                                       release_of("base", 2, 800, {"base 2"}),
                                       release_of("base", 3, 1, {"base 3"}),
                                       release_of("app", 1, 700, {"point p 1"}, {"base 1"}),
                                       release_of("app", 2, 600, {"point p 1"}, {"base 2"}),
                                       release_of("app", 3, 1, {"point p 2"}, {"base 3"}),
                                       release_of("plug-in", 1, 1, {}, {"point p 1", "base 3"})};

    CHECK(retired(list, {.releases = 1, .days = 90}, now) == std::vector<std::string>{"app-1", "base-1"});
}

TEST_CASE("a release says what it gives and needs")
{
    auto release = testing::a_release();
    const auto base = release.inputs.base.value();

    CHECK(app::age_of_release("x", 5, release).needs == std::vector<std::string>{"base " + base.hex()});
    release.base = BaseId::require(release.app.text());
    CHECK(app::age_of_release("x", 5, release).gives == std::vector<std::string>{"base " + release.tree.commit.hex()});
    tuf::Target listed{1, sha256(""), {{"published", std::uint64_t{77}}}};
    CHECK(app::age_of_release("x", listed, release).published == 77);
    listed.custom.clear();
    CHECK(app::age_of_release("x", listed, release).published == 0);
}
