// SPDX-License-Identifier: LGPL-2.1-or-later
// What a wrong clock is told, on the side of a publisher and on that of a machine.
#include "app/publish/signing_time.hpp"
#include "app/use/clock_doubts.hpp"
#include "signing/dates.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using app::SeenTime;
using trust::day;

namespace {

constexpr std::int64_t built = 1'790'000'000;
constexpr std::int64_t year = 365 * day;
const auto demo = RepoName::require("demo");

std::vector<std::string> doubts(std::int64_t clock, std::int64_t signed_at)
{
    return app::clock_doubts(clock, {{demo, signed_at}}, built);
}

bool says(const std::vector<std::string>& lines, const std::string& words)
{
    return lines.size() == 1 && lines.front().find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a publisher signs the time of his clock, or of the last publication when that is a little later")
{
    CHECK(app::signing_time(built + 5, 0, SeenTime::kept, built) == built + 5);
    CHECK(app::signing_time(built + 5, built + 4, SeenTime::kept, built) == built + 5);
    CHECK(app::signing_time(built + 5, built + 5 + day, SeenTime::kept, built) == built + 5 + day);
    CHECK(app::signing_time(built + 3 * year, 0, SeenTime::kept, built) == built + 3 * year);
}

TEST_CASE("a publisher's clock that is plainly wrong signs nothing")
{
    CHECK_FAILS(Code::failed, "this qpkg was made on", app::signing_time(built - 1, 0, SeenTime::kept, built));
    CHECK_FAILS(Code::failed, "more than three years after the last publication",
                app::signing_time(built + 3 * year + 1, 0, SeenTime::kept, built));
    CHECK_FAILS(Code::failed, "more than three years after",
                app::signing_time(built + 5 * year, built + year, SeenTime::kept, built));
    CHECK(app::signing_time(built + 5 * year, built + 4 * year, SeenTime::kept, built) == built + 5 * year);
}

TEST_CASE("after a publication in the future a publisher is told so, and new keys of the timestamp lead out of it")
{
    CHECK_FAILS(Code::failed, "in the future", app::signing_time(built, built + day + 1, SeenTime::kept, built));
    CHECK(app::signing_time(built, built + 2 * year, SeenTime::forgotten, built) == built);
}

TEST_CASE("a clock that can be right is not talked about")
{
    CHECK(doubts(built, 0).empty());
    CHECK(doubts(built, built + day).empty());
    CHECK(doubts(built + 3 * year, 0).empty());
    CHECK(app::clock_doubts(built, {}, built).empty());
}

TEST_CASE("a clock that is plainly wrong is told with both dates")
{
    CHECK(says(doubts(0, built), "says 1970-01-01, and this qpkg was made on 2026-09-21"));
    CHECK(says(doubts(built, built + 2 * day), "demo was signed on 2026-09-23, in its future"));
    CHECK(says(doubts(built + 4 * year, built), "more than three years after everything signed"));
}
