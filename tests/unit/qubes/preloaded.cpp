// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/preloaded.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::qubes;

TEST_CASE("what was written down of a renewal is read again")
{
    const auto work = QubeName::require("work");

    CHECK(Renewal::parse("work 2", work) == Renewal{"work", "2"});
    CHECK(Renewal::parse("dom0 10", work) == Renewal{"dom0", "10"});
    CHECK(Renewal{"dom0", "10"}.text() == "dom0 10");
}

TEST_CASE("a note about another qube, or without a number, counts as none")
{
    const auto work = QubeName::require("work");

    for (const auto* note : {"personal 2", "work", "work ", "work x", "work -1", "work 12345", " 2", ""}) {
        CHECK_FALSE(Renewal::parse(note, work).has_value());
    }
}
