// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/layout.hpp"

#include "adapters/erofs/directory_blocks.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <limits>

namespace qpkg::erofs {
namespace {

/// Blocks that a later, smaller inode may still fill. More of them pack tighter and read less locally.
constexpr std::size_t open_blocks = 16;
constexpr std::uint64_t leaves_per_block = block_size / 32;
constexpr std::uint64_t aligned_data_blocks = 4096; ///< 16 MiB: below, the zeros would weigh more than what is shared

std::uint32_t space_for(const Inode& inode)
{
    const auto tail = inode.layout == DataLayout::inline_tail ? tail_size(inode.size) : 0;
    return (inode_size + tail + slot_size - 1) / slot_size * slot_size;
}

/// Gives inodes their places in the metadata blocks: into the fullest of the last few blocks that still has room.
class Packer {
public:
    Packer() { open_.push_back({0, super_offset + super_size}); }

    /// The byte position; never across a block's end.
    std::uint64_t place(std::uint32_t space)
    {
        auto best = open_.end();
        for (auto block = open_.begin(); block != open_.end(); ++block) {
            const bool fits = block->used + space <= block_size;
            if (fits && (best == open_.end() || block->used > best->used)) {
                best = block;
            }
        }
        if (best == open_.end()) {
            if (open_.size() == open_blocks) {
                open_.erase(std::max_element(open_.begin(), open_.end(),
                                             [](const auto& a, const auto& b) { return a.used < b.used; }));
            }
            best = open_.insert(open_.end(), {count_++, 0});
        }
        const auto position = std::uint64_t{best->number} * block_size + best->used;
        best->used += space;
        return position;
    }

    std::uint32_t blocks() const { return count_; }

private:
    struct Block {
        std::uint32_t number;
        std::uint32_t used;
    };
    std::vector<Block> open_;
    std::uint32_t count_ = 1;
};

class Planner {
public:
    explicit Planner(const ImageTree& tree) : tree_(tree)
    {
        layout_.directory_inodes.resize(tree.directories.size());
        layout_.file_inodes.assign(tree.files.size(), unplaced);
        layout_.inodes.reserve(tree.directories.size() + tree.files.size());
    }

    Layout plan() &&
    {
        add_directory(0);
        walk(0);
        place_inodes();
        place_blocks();
        return std::move(layout_);
    }

private:
    static constexpr std::uint32_t unplaced = ~std::uint32_t{0};

    std::uint32_t next_inode() const { return static_cast<std::uint32_t>(layout_.inodes.size()); }

    void add_directory(std::uint32_t index)
    {
        const auto& directory = tree_.directories[index];
        const auto below = std::count_if(directory.entries.begin(), directory.entries.end(),
                                         [](const auto& entry) { return entry.kind == NodeKind::directory; });
        layout_.directory_inodes[index] = next_inode();
        add({.kind = NodeKind::directory,
             .index = index,
             .size = directory_size(directory),
             .links = 2 + static_cast<std::uint32_t>(below)});
    }

    void add_file(std::uint32_t index)
    {
        const auto& file = tree_.files[index];
        const auto& content = tree_.contents[file.content];
        layout_.file_inodes[index] = next_inode();
        add({.kind = content.kind, .index = index, .size = content.size, .links = file.links});
    }

    struct NewInode {
        NodeKind kind;
        std::uint32_t index;
        std::uint64_t size;
        std::uint32_t links;
    };
    void add(const NewInode& made)
    {
        // The root's place is known, in the block it shares with the superblock.
        const auto room = layout_.inodes.empty() ? block_size - super_offset - super_size : block_size;
        const auto tail = tail_size(made.size);
        const bool fits = tail != 0 && inode_size + tail <= room;
        layout_.inodes.push_back({.kind = made.kind,
                                  .index = made.index,
                                  .size = made.size,
                                  .links = made.links,
                                  .layout = fits ? DataLayout::inline_tail : DataLayout::plain,
                                  .nid = 0,
                                  .first_block = 0,
                                  .blocks = 0});
    }

    void walk(std::uint32_t directory)
    {
        for (const auto& entry : tree_.directories[directory].entries) {
            if (entry.kind == NodeKind::directory) {
                add_directory(entry.index);
                walk(entry.index);
            } else if (layout_.file_inodes[entry.index] == unplaced) {
                add_file(entry.index);
            }
        }
    }

    void place_inodes()
    {
        Packer packer;
        for (auto& inode : layout_.inodes) {
            inode.nid = packer.place(space_for(inode)) / slot_size;
        }
        layout_.metadata.resize(packer.blocks());
        for (std::uint32_t i = 0; i < layout_.inodes.size(); ++i) {
            layout_.metadata[layout_.inodes[i].nid * slot_size / block_size].push_back(i);
        }
    }

    void place_blocks()
    {
        std::uint64_t next = layout_.metadata.size();
        layout_.directory_start = static_cast<std::uint32_t>(next);
        for (auto& inode : layout_.inodes) {
            if (inode.kind == NodeKind::directory) {
                place_blocks_of(inode, next);
            }
        }
        layout_.directory_end = static_cast<std::uint32_t>(next);
        order_data();
        next = start_of_data(next);
        layout_.data_start = static_cast<std::uint32_t>(next);
        for (const auto position : layout_.data_order) {
            place_blocks_of(layout_.inodes[position], next);
        }
        share_extents();
        layout_.total_blocks = static_cast<std::uint32_t>(next);
    }

    std::uint32_t content_of(const Inode& inode) const { return tree_.files[inode.index].content; }

    /// The first inode of each content has its data. Contents with a padded block come last: the leaf hashes of all
    /// others then follow each other as they are stored.
    void order_data()
    {
        first_inodes_.assign(tree_.contents.size(), unplaced);
        for (const bool padded : {false, true}) {
            for (std::uint32_t i = 0; i < layout_.inodes.size(); ++i) {
                const auto& inode = layout_.inodes[i];
                if (inode.kind != NodeKind::directory && has_padded_block(inode) == padded &&
                    full_blocks(inode.size) + (padded ? 1 : 0) > 0 && first_inodes_[content_of(inode)] == unplaced) {
                    first_inodes_[content_of(inode)] = i;
                    layout_.data_order.push_back(i);
                }
            }
        }
    }

    /// The other inodes of a content lead to the same blocks.
    void share_extents()
    {
        for (auto& inode : layout_.inodes) {
            const auto first = inode.kind == NodeKind::directory ? unplaced : first_inodes_[content_of(inode)];
            if (first != unplaced) {
                inode.first_block = layout_.inodes[first].first_block;
                inode.blocks = layout_.inodes[first].blocks;
            }
        }
    }

    /// Data that is worth it begins on a block of the hash tree, so that whole blocks of leaf hashes can be shared.
    std::uint64_t start_of_data(std::uint64_t after) const
    {
        std::uint64_t blocks = 0;
        for (const auto position : layout_.data_order) {
            blocks += full_blocks(layout_.inodes[position].size);
        }
        return blocks < aligned_data_blocks ? after
                                            : (after + leaves_per_block - 1) / leaves_per_block * leaves_per_block;
    }

    static bool has_padded_block(const Inode& inode)
    {
        return inode.layout == DataLayout::plain && tail_size(inode.size) != 0;
    }

    static void place_blocks_of(Inode& inode, std::uint64_t& next)
    {
        const auto blocks = full_blocks(inode.size) + (has_padded_block(inode) ? 1U : 0U);
        if (blocks == 0) {
            return;
        }
        if (next + blocks > std::numeric_limits<std::uint32_t>::max()) {
            throw Error(Code::no_space, "a volume of more than 16 TiB");
        }
        inode.first_block = static_cast<std::uint32_t>(next);
        inode.blocks = static_cast<std::uint32_t>(blocks);
        next += blocks;
    }

    const ImageTree& tree_;
    Layout layout_;
    std::vector<std::uint32_t> first_inodes_; ///< by content; `unplaced`: it has no blocks
};

} // namespace

Layout plan_layout(const ImageTree& tree) { return Planner(tree).plan(); }

} // namespace qpkg::erofs
