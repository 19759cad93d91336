// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/delta.hpp"

#include "support/releases.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace qpkg;
using plan::choose_delta;

namespace {

CommitId commit(const char* name) { return CommitId(sha256(std::string_view(name))); }

DeltaSummary a_delta(const char* from, std::uint64_t size)
{
    return {.from = commit(from), .superblock = sha256("s"), .size = size, .objects_size = 1000, .content_size = 5000};
}

std::vector<CommitId> here(std::vector<CommitId> commits)
{
    std::ranges::sort(commits);
    return commits;
}

} // namespace

TEST_CASE("the smallest delta from a commit that is here is chosen")
{
    auto release = testing::a_release();
    release.deltas = {a_delta("one", 300), a_delta("two", 200), a_delta("three", 100)};

    CHECK(choose_delta(release, here({commit("one"), commit("two")})) == release.deltas[1]);
}

TEST_CASE("without an older commit there is no delta")
{
    auto release = testing::a_release();
    release.deltas = {a_delta("one", 300)};

    CHECK_FALSE(choose_delta(release, {}));
    CHECK_FALSE(choose_delta(release, {commit("other")}));
}

TEST_CASE("a delta that is no smaller than the objects is not taken")
{
    auto release = testing::a_release();
    release.deltas = {a_delta("one", 1000)};

    CHECK_FALSE(choose_delta(release, {commit("one")}));
}
