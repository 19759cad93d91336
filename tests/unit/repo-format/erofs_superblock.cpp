// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/erofs_superblock.hpp"

#include "support/expect.hpp"

#include <string>

using namespace qpkg;

namespace {

/// Of a volume of 258 blocks.
std::string image()
{
    std::string bytes(superblock_end, '\0');
    const auto put = [&](std::size_t at, std::string_view what) { bytes.replace(1024 + at, what.size(), what); };
    put(0, {"\xe2\xe1\xf5\xe0", 4});
    put(4, "sum.");
    put(8, {"\x03\0\0\0\x0c\0\x24\0", 8});
    put(16, {"\x07\0\0\0\0\0\0\0", 8});
    put(36, {"\x02\x01\0\0", 4});
    put(48, "sixteen of uuid.");
    return bytes;
}

} // namespace

TEST_CASE("a volume's superblock says how many blocks it has")
{
    CHECK(parse_superblock(image()).blocks == 258);
    CHECK(parse_superblock(image() + "more").blocks == 258);
}

TEST_CASE("a superblock is the format's in every byte but checksum, inodes, blocks and UUID")
{
    const auto good = image();
    for (std::size_t at = 1024; at < superblock_end; ++at) {
        CAPTURE(at);
        const auto field = at - 1024;
        const bool may_differ = (field >= 4 && field < 8) || (field >= 16 && field < 24) ||
                                (field >= 36 && field < 40) || (field >= 48 && field < 64);
        auto other = good;
        other[at] = static_cast<char>(other[at] ^ 0x40);
        if (may_differ) {
            CHECK_NOTHROW(parse_superblock(other));
        } else {
            CHECK_FAILS(Code::corrupt, "erofs-2", parse_superblock(other));
        }
    }
}

TEST_CASE("an image that is cut or has no blocks is no volume")
{
    auto empty = image();
    empty[1024 + 36] = empty[1024 + 37] = '\0';

    CHECK_FAILS(Code::corrupt, "too small", parse_superblock(image().substr(0, superblock_end - 1)));
    CHECK_FAILS(Code::corrupt, "too small", parse_superblock(""));
    CHECK_FAILS(Code::corrupt, "no blocks", parse_superblock(empty));
}
