// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/erofs_superblock.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <string>

namespace qpkg {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t superblock_at = 1024;

/// Bytes that every volume has at the same place, from the beginning of the superblock.
struct Fixed {
    std::size_t at;
    std::string_view bytes;
    const char* what;
};

constexpr Fixed fixed[] = {
    {0, "\xe2\xe1\xf5\xe0"sv, "magic number"},
    {8, "\x03\0\0\0\x0c\0\x24\0"sv, "features, block size or root inode"},
    {24, "\0\0\0\0\0\0\0\0\0\0\0\0"sv, "time"},
    {40, "\0\0\0\0\0\0\0\0"sv, "place of the metadata"},
};
constexpr std::size_t blocks_at = 36;
constexpr std::size_t zeros_at = 64; ///< volume name, incompatible features and all that follows
constexpr std::size_t zeros_end = 128;

std::uint32_t number_at(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i) {
        value = value << 8 | static_cast<std::uint8_t>(bytes[at + i - 1]);
    }
    return value;
}

} // namespace

VolumeSuperblock parse_superblock(std::string_view image)
{
    if (image.size() < superblock_end) {
        throw Error(Code::corrupt, "it is too small for a volume");
    }
    const auto no_volume = "it is no volume of format " + std::string(volume_format);
    const auto bytes = image.substr(superblock_at, superblock_end - superblock_at);
    for (const auto& [at, wanted, what] : fixed) {
        if (bytes.substr(at, wanted.size()) != wanted) {
            throw Error(Code::corrupt, no_volume + ", by its " + what);
        }
    }
    if (!std::ranges::all_of(bytes.substr(zeros_at, zeros_end - zeros_at), [](char c) { return c == '\0'; })) {
        throw Error(Code::corrupt, no_volume + ": its superblock asks for more");
    }
    const VolumeSuperblock superblock{number_at(bytes, blocks_at)};
    if (superblock.blocks == 0) {
        throw Error(Code::corrupt, no_volume + ": it has no blocks");
    }
    return superblock;
}

} // namespace qpkg
