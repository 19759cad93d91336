// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/encode.hpp"

#include "adapters/erofs/directory_blocks.hpp"
#include "adapters/erofs/little_endian.hpp"

#include "qpkg/core/error.hpp"

#include <sys/stat.h>

namespace qpkg::erofs {
namespace {

constexpr std::uint32_t erofs_magic = 0xe0f5e1e2;
constexpr std::uint32_t has_checksum_and_mtime = 0x3;
constexpr std::size_t checksum_at = super_offset + 4;
constexpr std::uint32_t block_bits = 12;
constexpr unsigned extended_inode = 1; ///< 64 bytes

std::array<std::uint32_t, 256> make_crc_table()
{
    constexpr std::uint32_t castagnoli_reversed = 0x82f63b78;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        auto value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1) != 0 ? value >> 1 ^ castagnoli_reversed : value >> 1;
        }
        table.at(i) = value;
    }
    return table;
}

std::uint32_t type_bits(NodeKind kind)
{
    switch (kind) {
    case NodeKind::directory:
        return S_IFDIR;
    case NodeKind::file:
        return S_IFREG;
    case NodeKind::symlink:
        return S_IFLNK;
    }
    return 0;
}

} // namespace

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes)
{
    static const auto table = make_crc_table();
    for (const char c : bytes) {
        crc = table.at((crc ^ static_cast<std::uint8_t>(c)) & 0xff) ^ crc >> 8;
    }
    return crc;
}

MetadataEncoder::MetadataEncoder(const ImageTree& tree, const Layout& layout, const Uuid& uuid)
    : tree_(tree), layout_(layout), uuid_(uuid)
{
}

std::string MetadataEncoder::block(std::uint32_t number, const TailOf& tail_of) const
{
    std::string out;
    out.reserve(block_size);
    if (number == 0) {
        out.resize(super_offset);
        out += superblock();
    }
    for (const auto position : layout_.metadata.at(number)) {
        const auto& inode = layout_.inodes[position];
        out.resize(inode.nid * slot_size - std::uint64_t{number} * block_size);
        out += inode_bytes(position);
        if (inode.layout == DataLayout::inline_tail) {
            out += tail(inode, tail_of);
        }
    }
    if (out.size() > block_size) {
        throw Error(Code::bug, "metadata block " + std::to_string(number) + " overflows");
    }
    out.resize(block_size);
    if (number == 0) {
        std::string checksum;
        append(checksum, crc32c(~std::uint32_t{0}, std::string_view(out).substr(super_offset)), 4);
        out.replace(checksum_at, checksum.size(), checksum);
    }
    return out;
}

std::string MetadataEncoder::tail(const Inode& inode, const TailOf& tail_of) const
{
    auto bytes = inode.kind == NodeKind::directory ? directory_bytes(inode).substr(full_blocks(inode.size) * block_size)
                                                   : tail_of(inode.index);
    if (bytes.size() != tail_size(inode.size)) {
        throw Error(Code::corrupt, "a file's tail has " + std::to_string(bytes.size()) + " bytes, expected " +
                                       std::to_string(tail_size(inode.size)));
    }
    return bytes;
}

std::string MetadataEncoder::directory_bytes(const Inode& inode) const
{
    const auto nid_of_directory = [this](std::uint32_t index) {
        return layout_.inodes[layout_.directory_inodes[index]].nid;
    };
    const auto& directory = tree_.directories[inode.index];
    return encode_directory(
        directory, inode.nid, nid_of_directory(directory.parent), [&](const ImageTree::Entry& entry) {
            return entry.kind == NodeKind::directory ? nid_of_directory(entry.index)
                                                     : layout_.inodes[layout_.file_inodes[entry.index]].nid;
        });
}

std::string MetadataEncoder::directory_blocks(const Inode& inode) const
{
    auto bytes = inode.blocks == 0 ? std::string() : directory_bytes(inode);
    bytes.resize(std::size_t{inode.blocks} * block_size);
    return bytes;
}

std::string MetadataEncoder::inode_bytes(std::uint32_t position) const
{
    const auto& inode = layout_.inodes[position];
    const bool is_directory = inode.kind == NodeKind::directory;
    const auto permissions =
        is_directory ? tree_.directories[inode.index].mode : tree_.contents[tree_.files[inode.index].content].mode;
    const auto time = is_directory ? tree_.directories[inode.index].time : tree_.files[inode.index].time;
    std::string out;
    append(out, extended_inode | static_cast<unsigned>(inode.layout) << 1, 2);
    append(out, 0, 2); // xattrs
    append(out, type_bits(inode.kind) | permissions, 2);
    append(out, 0, 2);
    append(out, inode.size, 8);
    append(out, inode.first_block, 4);
    append(out, position + 1, 4);
    append(out, 0, 4); // uid
    append(out, 0, 4); // gid
    append(out, static_cast<std::uint64_t>(time), 8);
    append(out, 0, 4); // nanoseconds
    append(out, inode.links, 4);
    append(out, 0, 16);
    return out;
}

std::string MetadataEncoder::superblock() const
{
    std::string out;
    append(out, erofs_magic, 4);
    append(out, 0, 4); // checksum, filled in when the block is whole
    append(out, has_checksum_and_mtime, 4);
    append(out, block_bits, 1);
    append(out, 0, 1); // no extension slots
    append(out, layout_.inodes.front().nid, 2);
    append(out, layout_.inodes.size(), 8);
    append(out, 0, 8); // build time
    append(out, 0, 4);
    append(out, layout_.total_blocks, 4);
    append(out, 0, 4); // metadata begins at block 0
    append(out, 0, 4); // no shared xattrs
    out.append(reinterpret_cast<const char*>(uuid_.data()), uuid_.size());
    out.append(16, '\0'); // volume name
    append(out, 0, 4);    // no incompatible features
    out.resize(super_size);
    return out;
}

} // namespace qpkg::erofs
