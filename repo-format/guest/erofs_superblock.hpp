// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>

/// The superblock of a volume, as repo-format/guest/volume-erofs-2.md fixes it. libc only: the programs inside a qube
/// read it.
namespace qpkg {

inline constexpr std::string_view volume_format = "erofs-2";
inline constexpr std::size_t superblock_end = 1024 + 128; ///< bytes of an image that parse_superblock needs

struct VolumeSuperblock {
    std::uint32_t blocks; ///< of the image, 4096 bytes each; the hash tree follows them
};

/// From the beginning of an image. Error corrupt when it is no superblock of format erofs-2, in any field but those
/// that differ between volumes.
VolumeSuperblock parse_superblock(std::string_view image);

} // namespace qpkg
