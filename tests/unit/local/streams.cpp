// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/streams.hpp"

#include "support/expect.hpp"

using namespace qpkg::local;
using enum StreamKind;

TEST_CASE("no stream of a program is a terminal of the caller's")
{
    for (const auto input : {terminal, pipe, other}) {
        for (const auto output : {terminal, pipe, other}) {
            for (const auto errors : {terminal, pipe, other}) {
                const auto streams = plan_streams({input, output, errors});

                CHECK((streams.input == StreamSource::callers) == (input != terminal));
                CHECK((streams.output == StreamSource::callers) == (output != terminal));
                CHECK((streams.errors == StreamSource::callers) == (errors != terminal));
            }
        }
    }
}

TEST_CASE("keys go to the program, but not when a pipe has another reader for them")
{
    CHECK(plan_streams({terminal, terminal, terminal}).keys == Keys::passed_on);
    CHECK(plan_streams({terminal, other, terminal}).keys == Keys::passed_on);
    CHECK(plan_streams({terminal, pipe, terminal}).keys == Keys::kept);
    CHECK(plan_streams({terminal, pipe, terminal}).input == StreamSource::nothing);
    CHECK(plan_streams({pipe, terminal, terminal}).keys == Keys::kept);
}

TEST_CASE("a program whose streams are pipes has no terminal at all")
{
    CHECK_FALSE(plan_streams({pipe, pipe, other}).has_terminal());
    CHECK(plan_streams({pipe, terminal, pipe}).has_terminal());
}
