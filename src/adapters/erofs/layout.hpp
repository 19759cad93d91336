// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an image looks as it does. A volume is named by its dm-verity root, and a signed manifest names the volume. So
// this layout is a format: one byte at another place is another name, and every machine then refuses the volumes of
// manifests that were signed before. Change nothing here without a new format name.
//
// Inodes come first with small tails beside them, then directories, then file data, each content on blocks of its own.
// Whole blocks are what a file system can share between files, and what the object store keeps leaf hashes of. Tails
// cannot be shared, so they fill up the metadata blocks instead of wasting a block each. Contents whose last block is
// padded come last: the leaf hashes of all others then follow each other as the store keeps them, and the hash tree can
// be shared, too.
//
// Not taken: mkfs.erofs, for its versions give different bytes for one tree; compression, for compressed blocks share
// nothing with the object store.
#pragma once

#include "adapters/erofs/image_tree.hpp"

#include <cstdint>
#include <vector>

/// Where everything lies in an image of format erofs-2 (repo-format/guest/volume-erofs-2.md). Pure: the same tree gives
/// the same layout on every machine.
namespace qpkg::erofs {

inline constexpr std::uint32_t block_size = 4096;
inline constexpr std::uint32_t slot_size = 32;  ///< inode numbers count these
inline constexpr std::uint32_t inode_size = 64; ///< extended: shorter ones have no time
inline constexpr std::uint32_t super_offset = 1024;
inline constexpr std::uint32_t super_size = 128;

constexpr std::uint64_t full_blocks(std::uint64_t size) { return size / block_size; }
constexpr std::uint32_t tail_size(std::uint64_t size) { return static_cast<std::uint32_t>(size % block_size); }

enum class DataLayout : std::uint16_t {
    plain = 0,       ///< all blocks in the data area, the last one padded with zeros
    inline_tail = 2, ///< full blocks in the data area, what remains follows the inode
};

struct Inode {
    NodeKind kind;
    std::uint32_t index; ///< of the tree's directories or files
    std::uint64_t size;  ///< bytes; of a directory: of its entry blocks
    std::uint32_t links;
    DataLayout layout;
    std::uint64_t nid;         ///< position in slots
    std::uint32_t first_block; ///< of its data; 0 when it has none
    std::uint32_t blocks;      ///< in the data area, a padded one included
};

struct Layout {
    std::vector<Inode> inodes;                        ///< in the order the tree is walked; number i is inode i + 1
    std::vector<std::uint32_t> directory_inodes;      ///< by directory
    std::vector<std::uint32_t> file_inodes;           ///< by file
    std::vector<std::vector<std::uint32_t>> metadata; ///< inodes of each metadata block, ascending by place
    /// Of the inodes that share an extent the first, for each extent of files and symlinks, ascending by block.
    std::vector<std::uint32_t> data_order;
    std::uint32_t directory_start; ///< block
    std::uint32_t directory_end;   ///< block; from here to `data_start` zeros
    std::uint32_t data_start;      ///< block
    std::uint32_t total_blocks;
};

/// Error no_space when the image would have more than 2^32 - 1 blocks.
Layout plan_layout(const ImageTree& tree);

} // namespace qpkg::erofs
