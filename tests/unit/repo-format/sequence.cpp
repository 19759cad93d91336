// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/sequence.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

const std::string line = "org.example/hello/x86_64/stable";

tuf::Targets role(const std::vector<std::uint64_t>& listed, std::optional<std::uint64_t> withdrawn = std::nullopt)
{
    tuf::Targets made{
        .header = {.version = 1, .expires = 0, .extra = {}}, .targets = {}, .keys = {}, .delegations = {}};
    for (const auto sequence : listed) {
        made.targets.emplace(line + "-" + std::to_string(sequence) + ".json",
                             tuf::Target{1, Digest({}), {{"sequence", sequence}}});
    }
    if (withdrawn) {
        made.header.extra.emplace("qpkg_withdrawn", canonical::Object{{line, *withdrawn}});
    }
    return made;
}

} // namespace

TEST_CASE("a number may follow another by a million, and the first may be high, but not burn them all")
{
    CHECK(tuf::may_follow(42, 41));
    CHECK(tuf::may_follow(3, 41));
    CHECK(tuf::may_follow(41 + tuf::longest_step, 41));
    CHECK_FALSE(tuf::may_follow(42 + tuf::longest_step, 41));
    CHECK(tuf::may_follow(tuf::highest_first, 0));
    CHECK_FALSE(tuf::may_follow(tuf::highest_first + 1, 0));
    CHECK_FALSE(tuf::may_follow(canonical::largest_integer, 0));
}

TEST_CASE("numbers of withdrawn releases are not given again")
{
    CHECK(tuf::highest_given(role({}), line) == 0);
    CHECK(tuf::highest_given(role({1, 2}), line) == 2);
    CHECK(tuf::highest_given(role({1}, 41), line) == 41);
    CHECK(tuf::highest_given(role({}, 41), line) == 41);
}

TEST_CASE("a withdrawn number that no honest release had does not end an app")
{
    for (const auto burnt : {canonical::largest_integer, tuf::highest_first, tuf::longest_step + 41}) {
        CHECK(tuf::highest_given(role({41}, burnt), line) == 41);
    }
    // What clients that know 41 allow, so that they take the release after the highest withdrawal that counts.
    const auto highest = tuf::highest_given(role({41}, 41 + tuf::longest_step / 2), line);
    CHECK(highest == 41 + tuf::longest_step / 2);
    CHECK(tuf::may_follow(highest + 1, 41));
}

TEST_CASE("a list whose numbers run away is refused")
{
    const auto before = role({41});
    CHECK_NOTHROW(tuf::require_plausible_sequences(&before, role({41, 42})));
    CHECK_NOTHROW(tuf::require_plausible_sequences(nullptr, role({41, 42})));
    CHECK_FAILS(Code::untrusted, "is too far above 41",
                tuf::require_plausible_sequences(&before, role({41, 42 + tuf::longest_step})));
    CHECK_FAILS(Code::untrusted, "is too far above 0",
                tuf::require_plausible_sequences(nullptr, role({tuf::highest_first + 1})));
}

TEST_CASE("nothing can be withdrawn that was never listed")
{
    const auto before = role({41}, 7);
    CHECK_NOTHROW(tuf::require_plausible_sequences(&before, role({}, 41)));
    CHECK_NOTHROW(tuf::require_plausible_sequences(&before, role({41}, 7)));
    CHECK_FAILS(Code::untrusted, "says that 42 was withdrawn, which was never listed",
                tuf::require_plausible_sequences(&before, role({41}, 42)));
}
