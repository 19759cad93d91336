// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/incoming.hpp"

#include "support/expect.hpp"

#include "qpkg/core/fd.hpp"

#include <unistd.h>

#include <array>

using namespace qpkg;
using namespace qpkg::app;
using namespace std::chrono_literals;

namespace {

const Patience patience{.silence = 10s, .whole = 100s, .slowest = 1000};

struct Pipe {
    Pipe()
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        read = Fd(ends[0]);
        write = Fd(ends[1]);
    }
    Fd read;
    Fd write;
};

} // namespace

TEST_CASE("a sender that is quick enough may go on")
{
    CHECK(!out_of_patience({.altogether = 9s, .since_last = 9s, .received = 0}, patience));
    CHECK(!out_of_patience({.altogether = 59s, .since_last = 1s, .received = 50'000}, patience));
}

TEST_CASE("a silent sender is given up")
{
    CHECK(out_of_patience({.altogether = 10s, .since_last = 10s, .received = 1'000'000}, patience)->find("silent") !=
          std::string::npos);
}

TEST_CASE("a sender of a byte now and then is given up")
{
    const auto reason = out_of_patience({.altogether = 11s, .since_last = 1s, .received = 10}, patience);

    REQUIRE(reason);
    CHECK(reason->find("too slow: 10 bytes in 11 seconds, at least 1000 a second wanted") != std::string::npos);
}

TEST_CASE("a sender without an end is given up, however much it sends")
{
    CHECK(out_of_patience({.altogether = 100s, .since_last = 0s, .received = 1'000'000'000}, patience)
              ->find("not at its end") != std::string::npos);
}

TEST_CASE("a stream is read to its end, and no further than allowed")
{
    Pipe pipe;
    REQUIRE(::write(pipe.write.get(), "hello", 5) == 5);
    pipe.write = Fd();

    CHECK(read_stream(pipe.read.get(), 5, patience) == "hello");
}

TEST_CASE("a stream that is longer than allowed is refused")
{
    Pipe pipe;
    REQUIRE(::write(pipe.write.get(), "hello!", 6) == 6);
    pipe.write = Fd();

    CHECK_FAILS(Code::no_space, "allowed", read_stream(pipe.read.get(), 5, patience));
}
