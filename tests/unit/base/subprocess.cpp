// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/subprocess.hpp"

#include "support/expect.hpp"

#include <sys/wait.h>
#include <unistd.h>

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

TEST_CASE("standard input of a command without input is /dev/null")
{
    CHECK(run({.argv = {"readlink", "/proc/self/fd/0"}}).output == "/dev/null\n");
}

TEST_CASE("input ends also where a process stays between")
{
    Command command{.argv = {"timeout", "5", "cat"}, .input = "hello"};
    command.in_child = [] {
        const pid_t child = ::fork();
        if (child > 0) {
            int status = 0;
            ::waitpid(child, &status, 0);
            ::_exit(WEXITSTATUS(status));
        }
    };

    const auto result = run(command);

    CHECK(result.output == "hello");
    CHECK(result.status == 0);
}

TEST_CASE("what a watch throws ends the command at once, with all that it started")
{
    Command command{.argv = {"sh", "-c", "sleep 1357 & sleep 1357"}};
    command.watch = [](pid_t) { throw Error(Code::no_space, "too much"); };

    CHECK_FAILS(Code::no_space, "too much", run(command));

    CHECK(run({.argv = {"pgrep", "-fx", "sleep 1357"}}).status == 1);
}
