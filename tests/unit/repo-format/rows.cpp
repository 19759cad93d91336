// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/rows.hpp"

#include "support/expect.hpp"

#include "qpkg/core/text.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

std::string holding(const std::string& table, const std::string& field)
{
    std::string found;
    rows::holding(table, field, [&](std::span<const std::string> fields) {
        found += (found.empty() ? "" : "|") + text::join(std::vector(fields.begin(), fields.end()), ",");
    });
    return found;
}

} // namespace

TEST_CASE("the rows that have a field are found, whole and each once")
{
    const auto table =
        rows::table("kind", 1, {"a\tx\ty", "b\txx\tx", "c\tx\tx", "d\ty\txy", "x\tz", "z\ta%20b\tq"}, 1000);

    CHECK(holding(table, "x") == "a,x,y|b,xx,x|c,x,x");
    CHECK(holding(table, "xy") == "d,y,xy");
    CHECK(holding(table, "a b") == "z,a b,q");
    CHECK(holding(table, "q") == "z,a b,q");
    CHECK(holding(table, "a").empty());
    CHECK(holding(table, "").empty());
    CHECK(holding("", "x").empty());
}

TEST_CASE("a table that was cut is no reason to read behind it")
{
    CHECK(holding("kind\t1\na\tx", "x") == "a,x");
    CHECK_FAILS(Code::corrupt, "%", holding("kind\t1\na\tx\t%4", "x"));
}
