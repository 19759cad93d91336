// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/base/subprocess.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("a command gets its input and gives its output, errors and status")
{
    Command command;
    command.argv = {"sh", "-c", "cat; echo oops >&2; exit 3"};
    command.input = "hello";

    const auto result = run(command);

    CHECK(result.status == 3);
    CHECK(result.output == "hello");
    CHECK(result.errors == "oops\n");
}

TEST_CASE("a program that is not installed is told apart from one that fails")
{
    Command command;
    command.argv = {"qpkg-no-such-program"};

    CHECK_FAILS(Code::unsupported, "qpkg-no-such-program", run(command));
}
