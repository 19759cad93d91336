// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/verity.hpp"

#include "adapters/erofs/layout.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <utility>

namespace qpkg::erofs {
namespace {

constexpr std::uint64_t hashes_per_block = block_size / Digest::size;

/// Blocks of each level, leaves first. A single data block needs no tree: its hash is the root.
std::vector<std::uint64_t> level_sizes(std::uint64_t data_blocks)
{
    std::vector<std::uint64_t> sizes;
    for (auto below = data_blocks; below > 1;) {
        below = (below + hashes_per_block - 1) / hashes_per_block;
        sizes.push_back(below);
    }
    return sizes;
}

} // namespace

std::uint64_t verity_size(std::uint64_t data_blocks)
{
    std::uint64_t blocks = 0;
    for (const auto size : level_sizes(data_blocks)) {
        blocks += size;
    }
    return blocks * block_size;
}

std::optional<std::uint64_t> blocks_before_tree(std::uint64_t file_size)
{
    constexpr std::uint64_t most = ~std::uint32_t{0}; // that an image can have
    const auto whole = file_size / block_size;
    // A tree is never larger than what it is over, so the image is at least half of the file.
    std::uint64_t low = whole / 2;
    std::uint64_t high = std::min(whole, most);
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (middle + verity_size(middle) / block_size < whole) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const bool fits = low > 0 && low * block_size + verity_size(low) == file_size;
    return fits ? std::optional(low) : std::nullopt;
}

VerityTree::VerityTree(std::uint64_t data_blocks, Output output) : expected_(data_blocks), output_(std::move(output))
{
    const auto sizes = level_sizes(data_blocks);
    levels_.resize(sizes.size());
    for (std::size_t level = sizes.size(); level > 0; --level) {
        leaf_position_ = blocks_ * block_size;
        levels_[level - 1].position = leaf_position_;
        blocks_ += sizes[level - 1];
    }
}

std::uint64_t VerityTree::size() const { return blocks_ * block_size; }
std::uint64_t VerityTree::leaf_level() const { return leaf_position_; }

void VerityTree::add_leaves(std::span<const std::uint8_t> leaves)
{
    added_ += leaves.size() / Digest::size;
    add(0, leaves);
}

void VerityTree::add_block(std::string_view block)
{
    hash_.update(block);
    add_leaves(hash_.finish().bytes());
}

void VerityTree::add_blocks(std::string_view blocks)
{
    for (std::size_t at = 0; at < blocks.size(); at += block_size) {
        add_block(blocks.substr(at, block_size));
    }
}

void VerityTree::add(std::size_t level, std::span<const std::uint8_t> hashes)
{
    if (hashes.empty()) {
        return;
    }
    if (level == levels_.size()) {
        root_ = as_text(hashes);
        return;
    }
    while (!hashes.empty()) {
        auto& pending = levels_[level].pending;
        const auto take = std::min(hashes.size(), block_size - pending.size());
        pending += as_text(hashes.first(take));
        hashes = hashes.subspan(take);
        if (pending.size() == block_size) {
            emit(level);
        }
    }
}

void VerityTree::emit(std::size_t level)
{
    auto& [position, pending] = levels_[level];
    pending.resize(block_size);
    output_(position, pending);
    position += block_size;
    hash_.update(std::string_view(pending));
    pending.clear();
    add(level + 1, hash_.finish().bytes());
}

Digest VerityTree::finish()
{
    for (std::size_t level = 0; level < levels_.size(); ++level) {
        if (!levels_[level].pending.empty()) {
            emit(level);
        }
    }
    const auto root = Digest::from_bytes(as_bytes(root_));
    if (added_ != expected_ || !root) {
        throw Error(Code::bug,
                    "hash tree over " + std::to_string(added_) + " blocks, expected " + std::to_string(expected_));
    }
    return *root;
}

} // namespace qpkg::erofs
