// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/zstd/packing.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("what was packed is unpacked to the same bytes, also to none")
{
    const auto raw = std::string(100'000, 'a') + "b";

    CHECK(zstd::pack(raw).size() < 1000);
    CHECK(zstd::unpack(zstd::pack(raw), raw.size()) == raw);
    CHECK(zstd::unpack(zstd::pack(""), 0).empty());
}

TEST_CASE("only one whole frame of exactly the announced size is unpacked")
{
    const auto packed = zstd::pack("hello");

    CHECK_FAILS(Code::corrupt, "not one frame of 4 bytes", zstd::unpack(packed, 4));
    CHECK_FAILS(Code::corrupt, "not one frame of 6 bytes", zstd::unpack(packed, 6));
    CHECK_FAILS(Code::corrupt, "not one frame", zstd::unpack(packed + packed, 10));
    CHECK_FAILS(Code::corrupt, "not one frame", zstd::unpack(packed + "x", 5));
    CHECK_FAILS(Code::corrupt, "unpack", zstd::unpack(packed.substr(0, packed.size() - 1), 5));
    CHECK_FAILS(Code::corrupt, "unpack", zstd::unpack("", 0));
    CHECK_FAILS(Code::corrupt, "unpack", zstd::unpack("no frame at all", 5));
}
