// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/image.hpp"

#include "adapters/erofs/placement.hpp"
#include "adapters/erofs/read_ahead.hpp"
#include "adapters/erofs/verity.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/interrupt.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace qpkg::erofs {
namespace {

constexpr std::size_t write_buffer = 1024 * 1024;

/// Collects blocks that follow each other and writes them in large pieces.
class BlockStream {
public:
    BlockStream(Placer* placer, VerityTree& tree) : placer_(placer), tree_(tree) { buffer_.reserve(write_buffer); }

    void add(std::string_view blocks)
    {
        tree_.add_blocks(blocks);
        if (placer_ == nullptr) {
            return;
        }
        buffer_ += blocks;
        if (buffer_.size() >= write_buffer) {
            flush();
        }
    }

    void flush()
    {
        if (placer_ != nullptr && !buffer_.empty()) {
            placer_->write(buffer_, position_);
            position_ += buffer_.size();
            buffer_.clear();
        }
    }

private:
    Placer* placer_;
    VerityTree& tree_;
    std::string buffer_;
    std::uint64_t position_ = 0;
};

/// Writes one image.
class Writer {
public:
    Writer(const Image& image, std::optional<Target> target, Progress& progress)
        : image_(image), progress_(progress), placer_(target ? std::optional(Placer(target->image)) : std::nullopt),
          verity_placer_(target ? std::optional(Placer(target->verity)) : std::nullopt),
          verity_(image.layout.total_blocks, [this](std::uint64_t position, std::string_view block) {
              if (verity_placer_) {
                  verity_placer_->write(block, position);
              }
          })
    {
    }

    Written run()
    {
        write_metadata();
        add_data_leaves();
        const auto root = verity_.finish();
        return {.root = root,
                .shared = placer_ ? placer_->shared() : 0,
                .written = placer_ ? placer_->written() + verity_placer_->written() : 0};
    }

private:
    void write_metadata()
    {
        Uuid uuid{};
        std::copy_n(image_.recipe.bytes().begin(), uuid.size(), uuid.begin());
        const MetadataEncoder encoder(image_.tree, image_.layout, uuid);
        BlockStream stream(placer_ ? &*placer_ : nullptr, verity_);
        const auto order = contents_in_order();
        ReadAhead ahead(order.size(), [&](std::size_t i) { return open(image_.layout.inodes[order[i]]); });
        for (std::uint32_t number = 0; number < image_.layout.metadata.size(); ++number) {
            interrupt::throw_if_requested();
            for (const auto position : image_.layout.metadata[number]) {
                if (image_.layout.inodes[position].kind != NodeKind::directory) {
                    take_content(position, ahead.next());
                }
            }
            stream.add(encoder.block(number, [this](std::uint32_t content) { return std::move(tails_[content]); }));
            tails_.clear();
        }
        for (const auto& inode : image_.layout.inodes) {
            if (inode.kind == NodeKind::directory) {
                stream.add(encoder.directory_blocks(inode));
            }
        }
        stream.flush();
    }

    /// Everything an inode needs of its object, with one open. On the other thread.
    Opened open(const Inode& inode) const
    {
        const auto& content = image_.tree.contents[inode.index];
        const auto& reader = *image_.readers[content.part];
        const auto whole = full_blocks(inode.size) * block_size;
        const auto tail = tail_size(inode.size);
        if (placer_ && whole > 0) {
            auto fd = reader.open(content.object);
            auto bytes = tail > 0 ? read_at(fd.get(), whole, tail) : std::string();
            return {std::move(fd), std::move(bytes)};
        }
        return {Fd(), tail > 0 ? reader.content_from(content.object, whole) : std::string()};
    }

    void take_content(std::uint32_t position, Opened opened)
    {
        const auto& inode = image_.layout.inodes[position];
        if (opened.fd) {
            const auto whole = full_blocks(inode.size) * block_size;
            placer_->place(opened.fd.get(), 0, whole, std::uint64_t{inode.first_block} * block_size);
            progress_.advance(whole);
        }
        if (inode.layout == DataLayout::inline_tail) {
            tails_[inode.index] = std::move(opened.tail);
        } else if (!opened.tail.empty()) {
            write_padded(position, std::move(opened.tail));
        }
    }

    /// Contents in the order in which the metadata needs them.
    std::vector<std::uint32_t> contents_in_order() const
    {
        std::vector<std::uint32_t> order;
        order.reserve(image_.tree.contents.size());
        for (const auto& block : image_.layout.metadata) {
            for (const auto position : block) {
                if (image_.layout.inodes[position].kind != NodeKind::directory) {
                    order.push_back(position);
                }
            }
        }
        return order;
    }

    void write_padded(std::uint32_t position, std::string tail)
    {
        const auto& inode = image_.layout.inodes[position];
        tail.resize(block_size);
        padded_.emplace(position, sha256(std::string_view(tail)));
        if (placer_) {
            placer_->write(tail, (std::uint64_t{inode.first_block} + inode.blocks - 1) * block_size);
        }
    }

    void add_data_leaves()
    {
        for (std::uint32_t position = 0; position < image_.layout.inodes.size(); ++position) {
            const auto& inode = image_.layout.inodes[position];
            if (inode.kind == NodeKind::directory || inode.blocks == 0) {
                continue;
            }
            const auto& content = image_.tree.contents[inode.index];
            verity_.add_leaves(image_.readers[content.part]->leaves(content.object));
            if (const auto padded = padded_.find(position); padded != padded_.end()) {
                verity_.add_leaves(padded->second.bytes());
            }
        }
    }

    const Image& image_;
    Progress& progress_;
    std::optional<Placer> placer_;
    std::optional<Placer> verity_placer_;
    VerityTree verity_;
    std::unordered_map<std::uint32_t, std::string> tails_; ///< of the block being written, by content
    std::unordered_map<std::uint32_t, Digest> padded_;     ///< leaf of the padded block, by inode
};

} // namespace

std::vector<VolumePart> in_order(std::span<const VolumePart> parts)
{
    std::vector<VolumePart> ordered(parts.begin(), parts.end());
    std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
    return ordered;
}

Digest recipe_of(std::span<const VolumePart> ordered)
{
    std::string recipe = "erofs-1\n";
    for (const auto& part : ordered) {
        recipe += part.commit.hex() + " " + part.prefix + "\n";
    }
    return sha256(std::string_view(recipe));
}

Image open_image(const ObjectReader& objects, std::span<const VolumePart> parts)
{
    const auto ordered = in_order(parts);
    std::vector<std::unique_ptr<CommitReader>> readers;
    std::vector<TreePart> trees;
    for (const auto& part : ordered) {
        readers.push_back(objects.open_commit(part.commit));
        trees.push_back({&readers.back()->tree(), part.prefix});
    }
    auto tree = compose(trees);
    auto layout = plan_layout(tree);
    return {std::move(readers), std::move(tree), std::move(layout), recipe_of(ordered)};
}

Written write_image(const Image& image, std::optional<Target> target, Progress& progress)
{
    return Writer(image, target, progress).run();
}

void read_back(const Image& image, const Target& target)
{
    if (image.layout.total_blocks == 1) {
        return; // no tree to compare with
    }
    const auto leaf_level = VerityTree(image.layout.total_blocks, {}).leaf_level();
    std::string bytes;
    std::string leaves;
    Sha256 hash;
    for (std::uint32_t block = 0; block < image.layout.data_start;) {
        const auto blocks = std::min<std::uint32_t>(image.layout.data_start - block, write_buffer / block_size);
        read_into(bytes, target.image, std::uint64_t{block} * block_size, std::size_t{blocks} * block_size);
        read_into(leaves, target.verity, leaf_level + std::uint64_t{block} * Digest::size,
                  std::size_t{blocks} * Digest::size);
        for (std::size_t i = 0; i < blocks; ++i) {
            hash.update(std::string_view(bytes).substr(i * block_size, block_size));
            const auto found = hash.finish();
            if (as_text(found.bytes()) != std::string_view(leaves).substr(i * Digest::size, Digest::size)) {
                throw Error(Code::corrupt, "read back block " + std::to_string(block + i) + ": not what was written");
            }
        }
        block += blocks;
    }
}

} // namespace qpkg::erofs
