// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/session.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::session;
using namespace std::string_literals;

namespace {

std::vector<Frame> read(std::string_view bytes, std::size_t step)
{
    FrameReader reader;
    std::vector<Frame> frames;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
        reader.add(bytes.substr(0, step));
        while (auto frame = reader.next()) {
            frames.push_back(*std::move(frame));
        }
    }
    return frames;
}

} // namespace

TEST_CASE("frames are read as they were written, however they are cut")
{
    const auto bytes = encode(Kind::input, "hello") + encode(Kind::input, "") + encode(Kind::ended, "7");

    CHECK(bytes.substr(0, 8) == "I\0\5hello"s);
    for (const std::size_t step : {1U, 2U, 3U, 100U}) {
        CHECK(read(bytes, step) == std::vector<Frame>{{Kind::input, "hello"}, {Kind::input, ""}, {Kind::ended, "7"}});
    }
}

TEST_CASE("what is longer than a frame becomes several")
{
    const auto frames = read(encode(Kind::output, std::string(10'000, 'x')), 5000);

    REQUIRE(frames.size() == 3);
    CHECK(frames[0].payload.size() == largest_payload);
    CHECK(frames[2].payload.size() == 10'000 - 2 * largest_payload);
}

TEST_CASE("a greeting is understood after any frame that was cut")
{
    const std::string digits(32, 'a');
    const auto cut = encode(Kind::output, std::string(largest_payload, 'x'));
    for (std::size_t length = 0; length < cut.size(); ++length) {
        const auto frames = read(cut.substr(0, length) + encode_hello(digits), 8192);
        REQUIRE(!frames.empty());
        REQUIRE(frames.back() == Frame{Kind::hello, digits});
    }
}

TEST_CASE("what is no frame is skipped")
{
    CHECK(read("zz\xff\0O\xff\xff"s + encode(Kind::errors, "e"), 3) == std::vector<Frame>{{Kind::errors, "e"}});
}

TEST_CASE("an order is read as it was written")
{
    const Order full{Who::root, TerminalSize{24, 80}, {{"LANG", "C"}, {"TERM", "a=b"}}, {"echo", "", "two words"}};
    const Order shell{};

    CHECK(parse_order(encode_order(full)) == full);
    CHECK(parse_order(encode_order(shell)) == shell);
    CHECK(encode_order(full) == "root\00024 80\0LANG=C\0TERM=a=b\0\0echo\0\0two words\0"s);
}

TEST_CASE("an order that makes no sense is refused")
{
    for (const auto& bytes : {""s, "user"s, "user\0"s, "user\0\0"s, "nobody\0\0\0"s, "user\0wide\0\0"s,
                              "user\0\0NOVALUE\0\0"s, "user\0\0=x\0\0"s, "user\0\0\0cut"s, "user\00070000 1\0\0"s}) {
        CHECK_FAILS(Code::corrupt, "order", parse_order(bytes));
    }
    CHECK_FAILS(Code::usage, "NUL", encode_order({.argv = {"a\0b"s}}));
    CHECK_FAILS(Code::usage, "2 MiB", encode_order({.argv = {std::string(largest_order, 'x')}}));
}

TEST_CASE("a status is a number of a byte, and 1 where a guest says anything else")
{
    CHECK(parse_status("0") == 0);
    CHECK(parse_status("255") == 255);
    for (const auto* none : {"", "256", "-1", "1 ", "0x1", "99999999999999999999"}) {
        CHECK(parse_status(none) == 1);
    }
}
