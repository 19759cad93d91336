// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/starts.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

const auto hello = AppId::require("org.example.hello");
const std::string header = "qpkg-starts-1 org.example.hello\n";

} // namespace

TEST_CASE("services that start are written in one order and read back")
{
    const auto bytes = encode_starts(hello, {"worker.service", "hello.service"});

    CHECK(bytes == header + "hello.service\nworker.service\n");
    CHECK(parse_starts(bytes, hello) == std::vector<std::string>{"hello.service", "worker.service"});
    CHECK(parse_starts(header, hello).empty());
}

TEST_CASE("what breaks the grammar of starts is named with its line")
{
    const auto refused = [](const std::string& bytes, const std::string& words) {
        CHECK_FAILS(Code::corrupt, words, parse_starts(bytes, hello));
    };

    refused("", "starts: line 1: does not end in a newline");
    refused("qpkg-exports-1 org.example.hello\n", "starts: line 1: expected qpkg-starts-1");
    refused("qpkg-starts-1 org.example.other\n", "line 1: is of another app, expected org.example.hello");
    refused(header + "hello.service", "line 2: does not end in a newline");
    refused(header + "\n", "line 2: not the name of a service");
    refused(header + "hello.socket\n", "line 2: not the name of a service");
    refused(header + "../hello.service\n", "line 2: not the name of a service");
    refused(header + "b.service\na.service\n", "line 3: not in ascending order");
    refused(header + "a.service\na.service\n", "line 3: not in ascending order");
    CHECK_FAILS(Code::unsupported, "another format", parse_starts("qpkg-starts-2 org.example.hello\n", hello));
    CHECK_FAILS(Code::no_space, "larger than 64 KiB", parse_starts(std::string(largest_starts + 1, 'a'), hello));
}

TEST_CASE("only services of a module can be named as starting")
{
    CHECK_FAILS(Code::usage, "is no name of a service", encode_starts(hello, {"hello"}));
    CHECK_FAILS(Code::usage, "is there twice", encode_starts(hello, {"a.service", "a.service"}));
}
