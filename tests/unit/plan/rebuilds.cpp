// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/rebuilds.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using plan::Dissent;
using plan::judge_rebuilds;

namespace {

constexpr RebuildPolicy off{};
constexpr RebuildPolicy warn{.mode = RebuildMode::warn, .organisations = 0};
constexpr RebuildPolicy need_two{.mode = RebuildMode::require, .organisations = 2};

} // namespace

TEST_CASE("without a policy nothing is said of rebuilds")
{
    CHECK_FALSE(judge_rebuilds(off, {{}, {"beta"}}, 2, Dissent::blocks));
}

TEST_CASE("70. one of two required organisations is too few, and it is named")
{
    CHECK_FAILS(Code::untrusted, "reproduced by 1 of 2 organisations (need 2): alpha",
                judge_rebuilds(need_two, {{"alpha"}, {}}, 2, Dissent::blocks));
    CHECK(judge_rebuilds(warn, {{"alpha"}, {}}, 2, Dissent::blocks) == "reproduced by 1 of 2 organisations: alpha");
    CHECK(judge_rebuilds(need_two, {{"alpha", "beta"}, {}}, 2, Dissent::blocks).has_value());
}

TEST_CASE("71. dissent blocks although enough agree, until the user overrules it")
{
    const RebuildVerdict verdict{{"alpha", "beta"}, {"gamma"}};

    CHECK_FAILS(Code::untrusted, "not by gamma", judge_rebuilds(need_two, verdict, 3, Dissent::blocks));
    CHECK(judge_rebuilds(need_two, verdict, 3, Dissent::overruled)->find("not by gamma") != std::string::npos);
    CHECK(judge_rebuilds(warn, verdict, 3, Dissent::blocks)->find("not by gamma") != std::string::npos);
}

TEST_CASE("71. overruling dissent does not lower the number that must agree")
{
    CHECK_FAILS(Code::untrusted, "(need 2)", judge_rebuilds(need_two, {{"alpha"}, {"gamma"}}, 3, Dissent::overruled));
}

TEST_CASE("72. statements that were withheld leave too few")
{
    CHECK_FAILS(Code::untrusted, "reproduced by 0 of 2 organisations (need 2)",
                judge_rebuilds(need_two, {}, 2, Dissent::blocks));
}
