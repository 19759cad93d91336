// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the hash tree is built from leaves as they come. The leaves of file data are stored with the objects, those of
// the metadata come from the writer; so the root is known without reading the image, and memory holds one unfinished
// block for each level. veritysetup, the alternative, reads the whole image.
//
// No salt: with one for each volume, stored leaves would be of use for that volume alone, and one tree would have many
// names. No superblock, topmost level first, right behind the image: a qube gets one disk and its kernel needs both
// parts. Where the tree begins follows from the size of the file, so nothing has to record it.
#pragma once

#include "qpkg/base/digest.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qpkg::erofs {

/// The hash tree of dm-verity (format 1, sha256, 4096-byte blocks, no salt), built from leaf hashes as they come, in
/// constant memory. Levels are stored topmost first, as `veritysetup --no-superblock` stores them.
class VerityTree {
public:
    /// Takes a hash block: its byte position in the tree and its 4096 bytes.
    using Output = std::function<void(std::uint64_t position, std::string_view block)>;

    VerityTree(std::uint64_t data_blocks, Output output);

    /// Leaf hashes of the next data blocks, 32 bytes each.
    void add_leaves(std::span<const std::uint8_t> leaves);
    /// Hashes a data block itself.
    void add_block(std::string_view block);
    void add_blocks(std::string_view blocks);

    /// The root. Error bug when more or fewer blocks came than announced.
    Digest finish();

    std::uint64_t size() const;       ///< bytes of the whole tree
    std::uint64_t leaf_level() const; ///< byte position of the leaves

private:
    struct Level {
        std::uint64_t position; ///< byte position of the next block
        std::string pending;    ///< hashes of a block that is not full yet
    };
    void add(std::size_t level, std::span<const std::uint8_t> hashes);
    void emit(std::size_t level);

    std::uint64_t expected_;
    std::uint64_t added_ = 0;
    std::uint64_t blocks_ = 0; ///< of the tree
    std::uint64_t leaf_position_ = 0;
    Output output_;
    std::vector<Level> levels_; ///< leaves first
    Sha256 hash_;
    std::string root_;
};

/// Bytes of the tree over so many blocks.
std::uint64_t verity_size(std::uint64_t data_blocks);

/// Blocks of the image in a file of so many bytes, which holds an image and then its tree; nothing when no image gives
/// such a file.
std::optional<std::uint64_t> blocks_before_tree(std::uint64_t file_size);

} // namespace qpkg::erofs
