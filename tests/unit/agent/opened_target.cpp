// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/opened_target.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

std::string path_for(std::string_view argument)
{
    const auto target = parse_opened_target(argument, "/home/user");
    CHECK_FALSE(target.type());
    return target.text;
}

} // namespace

TEST_CASE("a path is a file, relative to where one is")
{
    CHECK(path_for("a b.pdf") == "/home/user/a b.pdf");
    CHECK(path_for("/tmp/a%20.pdf") == "/tmp/a%20.pdf");
    CHECK(path_for("./a:b") == "/home/user/./a:b");
    CHECK(path_for(":b") == "/home/user/:b");
    CHECK(path_for("1:b") == "/home/user/1:b");
}

TEST_CASE("a file: URL is a path, decoded")
{
    CHECK(path_for("file:///tmp/a%20b%C3%a4.pdf") == "/tmp/a b\xc3\xa4.pdf");
    CHECK(path_for("FILE://LocalHost/tmp/a?x#y") == "/tmp/a");
    CHECK(path_for("file:/tmp/a%3fb") == "/tmp/a?b");
    for (const auto* broken : {"file:///a%", "file:///a%2", "file:///a%zz", "file:///a%00", "file:///a%2z"}) {
        CHECK_FAILS(Code::usage, "a % that is none", parse_opened_target(broken, "/"));
    }
    CHECK_FAILS(Code::usage, "another computer", parse_opened_target("file://server/a", "/"));
    CHECK_FAILS(Code::usage, "without an absolute path", parse_opened_target("file:a", "/"));
    CHECK_FAILS(Code::usage, "empty", parse_opened_target("", "/"));
}

TEST_CASE("any other URL stays as it is, and has the type of its scheme")
{
    const auto target = parse_opened_target("IRC+s://host/a%20b?c", "/");

    CHECK(target.text == "IRC+s://host/a%20b?c");
    CHECK(target.type() == "x-scheme-handler/irc+s");
    CHECK(parse_opened_target("mailto:a@b", "/").type() == "x-scheme-handler/mailto");
}
