// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/streams.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::local;
using session::Keys;
using session::StreamSource;
using enum StreamKind;

TEST_CASE("no stream of a program is a terminal of the caller's")
{
    for (const auto input : {terminal, piped, other}) {
        for (const auto output : {terminal, piped, other}) {
            for (const auto errors : {terminal, piped, other}) {
                const auto streams = plan_streams({input, output, errors});

                CHECK((streams.input == StreamSource::given) == (input != terminal));
                CHECK((streams.output == StreamSource::given) == (output != terminal));
                CHECK((streams.errors == StreamSource::given) == (errors != terminal));
            }
        }
    }
}

TEST_CASE("keys go to the program, but not when a pipe has another reader for them")
{
    CHECK(plan_streams({terminal, terminal, terminal}).keys == Keys::passed_on);
    CHECK(plan_streams({terminal, other, terminal}).keys == Keys::passed_on);
    CHECK(plan_streams({terminal, piped, terminal}).keys == Keys::kept);
    CHECK(plan_streams({terminal, piped, terminal}).input == StreamSource::nothing);
    CHECK(plan_streams({piped, terminal, terminal}).keys == Keys::kept);
}

TEST_CASE("a program whose streams are pipes has no terminal at all")
{
    CHECK_FALSE(plan_streams({piped, piped, other}).has_terminal());
    CHECK(plan_streams({piped, terminal, piped}).has_terminal());
}

TEST_CASE("a folder is no stream of a program: it leads to everything below it")
{
    CHECK_FAILS(Code::usage, "folder", plan_streams({directory, other, other}));
    CHECK_FAILS(Code::usage, "folder", plan_streams({piped, directory, other}));
    CHECK_FAILS(Code::usage, "folder", plan_streams({piped, other, directory}));
}
