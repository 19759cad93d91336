// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/erofs/image_tree.hpp"
#include "adapters/erofs/layout.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// The bytes of an image's metadata. Pure. Field by field in repo-format/guest/volume-erofs-2.md; the source of the
/// format is fs/erofs/erofs_fs.h of Linux.
namespace qpkg::erofs {

using Uuid = std::array<std::uint8_t, 16>;

/// CRC-32C as EROFS uses it: `crc` goes in as it came out, first as ~0, and is not inverted at the end.
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);

class MetadataEncoder {
public:
    /// What follows an inode: the last bytes of a file's content, from full_blocks(size) * block_size on.
    using TailOf = std::function<std::string(std::uint32_t file)>;

    MetadataEncoder(const ImageTree& tree, const Layout& layout, const Uuid& uuid);

    /// Metadata block `number`, block_size bytes. Asks for the tails of the files in it, in order.
    std::string block(std::uint32_t number, const TailOf& tail_of) const;
    /// All blocks of a directory in the directory area: whole, the last one padded when it is not inline.
    std::string directory_blocks(const Inode& inode) const;

private:
    std::string directory_bytes(const Inode& inode) const;
    std::string tail(const Inode& inode, const TailOf& tail_of) const;
    std::string inode_bytes(std::uint32_t position) const;
    std::string superblock() const;

    const ImageTree& tree_;
    const Layout& layout_;
    Uuid uuid_;
};

} // namespace qpkg::erofs
