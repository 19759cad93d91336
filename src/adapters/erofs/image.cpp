// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/image.hpp"

#include "adapters/erofs/piece_queue.hpp"
#include "adapters/erofs/placement.hpp"
#include "adapters/erofs/verity.hpp"
#include "repo-format/guest/erofs_superblock.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace qpkg::erofs {
namespace {

constexpr std::size_t write_buffer = 1024 * 1024;

std::string hashes_of(std::string_view blocks)
{
    std::string hashes;
    Sha256 hash;
    for (std::size_t at = 0; at < blocks.size(); at += block_size) {
        hash.update(blocks.substr(at, block_size));
        hashes += as_text(hash.finish().bytes());
    }
    return hashes;
}

/// Collects blocks that follow each other and writes them in large pieces.
class BlockStream {
public:
    BlockStream(Placer* placer, VerityTree& tree) : placer_(placer), tree_(tree) { buffer_.reserve(write_buffer); }

    void add(std::string_view blocks)
    {
        const auto leaves = hashes_of(blocks);
        tree_.add_leaves(as_bytes(leaves));
        if (placer_ == nullptr) {
            return;
        }
        leaves_ += leaves;
        buffer_ += blocks;
        if (buffer_.size() >= write_buffer) {
            flush();
        }
    }

    /// Reads everything back and compares it with what was added.
    void check() const
    {
        std::string bytes;
        for (std::uint64_t at = 0; at < position_; at += bytes.size()) {
            placer_->read_back(bytes, at, std::min<std::uint64_t>(write_buffer, position_ - at));
            const auto expected = std::string_view(leaves_).substr(at / block_size * Digest::size);
            if (!expected.starts_with(hashes_of(bytes))) {
                throw Error(Code::corrupt, "the metadata of the image is not what was written");
            }
        }
    }

    void flush()
    {
        if (placer_ != nullptr && !buffer_.empty()) {
            placer_->write(buffer_, position_);
            placer_->begin_writeback(position_, buffer_.size());
            position_ += buffer_.size();
            buffer_.clear();
        }
    }

private:
    Placer* placer_;
    VerityTree& tree_;
    std::string leaves_; ///< of what was added: 1/128 of it
    std::string buffer_;
    std::uint64_t position_ = 0;
};

Uuid uuid_of(const Digest& recipe)
{
    Uuid uuid{};
    std::copy_n(recipe.bytes().begin(), uuid.size(), uuid.begin());
    return uuid;
}

/// The blocks of a hash tree that the object store has already: they are cloned from there, and only a block that turns
/// out to differ is written.
class StoredLeaves {
public:
    /// Nothing when this image's leaves cannot lie as the store has them.
    static std::optional<StoredLeaves> of(const Image& image)
    {
        const auto at = VerityTree(image.layout.total_blocks, {}).leaf_level() +
                        std::uint64_t{image.layout.data_start} * Digest::size;
        if (image.readers.size() != 1 || at % block_size != 0) {
            return std::nullopt;
        }
        auto storage = image.readers.front()->leaf_storage();
        storage.size -= storage.size % block_size;
        return storage.size == 0 ? std::nullopt : std::optional(StoredLeaves(std::move(storage), at));
    }

    void place(Placer& tree, std::uint64_t tree_at) const
    {
        tree.place(storage_.file.get(), storage_.offset, storage_.size, tree_at + at_);
    }

    bool has(std::uint64_t position, std::string_view block)
    {
        if (position < at_ || position - at_ >= storage_.size) {
            return false;
        }
        read_into(buffer_, storage_.file.get(), storage_.offset + position - at_, block.size());
        return buffer_ == block;
    }

private:
    StoredLeaves(LeafStorage storage, std::uint64_t at) : storage_(std::move(storage)), at_(at) {}

    LeafStorage storage_;
    std::uint64_t at_; ///< byte position in the tree
    std::string buffer_;
};

/// Writes one image. Metadata, with all reading of small files, is made on a second thread; this one clones.
class Writer {
public:
    Writer(const Image& image, std::optional<Target> target, Progress& progress)
        : image_(image), progress_(progress), encoder_(image.tree, image.layout, uuid_of(image.recipe)),
          metadata_(target ? std::optional(Placer(target->file)) : std::nullopt), data_(metadata_),
          verity_at_(target ? target->verity_at : 0),
          verity_(image.layout.total_blocks,
                  [this](std::uint64_t position, std::string_view block) { write_hashes(position, block); }),
          stream_(metadata_ ? &*metadata_ : nullptr, verity_)
    {
    }

    Written run()
    {
        if (metadata_) {
            stored_leaves_ = StoredLeaves::of(image_);
        }
        if (stored_leaves_) {
            stored_leaves_->place(*metadata_, verity_at_);
        }
        place_data();
        add_gap_leaves();
        add_data_leaves();
        const auto root = verity_.finish();
        if (!data_) {
            return {root, 0, 0};
        }
        return {root, data_->shared() + metadata_->shared(), data_->written() + metadata_->written()};
    }

private:
    void write_hashes(std::uint64_t position, std::string_view block)
    {
        const bool there = stored_leaves_ && stored_leaves_->has(position, block);
        if (metadata_ && !there) {
            metadata_->write(block, verity_at_ + position);
        }
    }

    void place_data()
    {
        PieceQueue queue([this] { return next_batch(); });
        for (auto batch = queue.next(); !batch.empty(); batch = queue.next()) {
            interrupt::throw_if_requested();
            for (const auto& piece : batch) {
                data_->place(piece.source.get(), 0, piece.length, piece.target_offset);
                progress_.advance(piece.length);
            }
        }
    }

    /// Writes metadata blocks until they have given enough pieces to place. On the other thread.
    PieceQueue::Batch next_batch()
    {
        PieceQueue::Batch pieces;
        while (pieces.size() < PieceQueue::batch_size && next_block_ < image_.layout.metadata.size()) {
            for (const auto position : image_.layout.metadata[next_block_]) {
                if (image_.layout.inodes[position].kind != NodeKind::directory) {
                    read_content(position, pieces);
                }
            }
            stream_.add(encoder_.block(next_block_, [this](std::uint32_t file) { return std::move(tails_[file]); }));
            tails_.clear();
            ++next_block_;
        }
        if (pieces.empty()) {
            write_directories();
        }
        return pieces;
    }

    void write_directories()
    {
        for (const auto& inode : image_.layout.inodes) {
            if (inode.kind == NodeKind::directory) {
                stream_.add(encoder_.directory_blocks(inode));
            }
        }
        stream_.flush();
        stream_.check();
    }

    /// Everything an inode needs of its object, with one open. The first one of a content places its data, too.
    void read_content(std::uint32_t position, PieceQueue::Batch& pieces)
    {
        const auto& inode = image_.layout.inodes[position];
        const auto index = image_.tree.files[inode.index].content;
        const auto& content = image_.tree.contents[index];
        const auto& reader = *image_.readers[content.part];
        const auto whole = full_blocks(inode.size) * block_size;
        const bool is_first = placed_.insert(index).second;
        if (!is_first && inode.layout == DataLayout::plain) {
            return;
        }
        std::string tail;
        if (data_ && whole > 0 && is_first) {
            auto fd = reader.open(content.object);
            if (tail_size(inode.size) > 0) {
                read_into(tail, fd.get(), whole, tail_size(inode.size));
            }
            pieces.push_back({std::move(fd), whole, std::uint64_t{inode.first_block} * block_size});
        } else if (tail_size(inode.size) > 0) {
            tail = reader.content_from(content.object, whole);
        }
        if (inode.layout == DataLayout::inline_tail) {
            tails_[inode.index] = std::move(tail);
        } else if (!tail.empty()) {
            write_padded(index, inode, std::move(tail));
        }
    }

    void write_padded(std::uint32_t content, const Inode& inode, std::string tail)
    {
        tail.resize(block_size);
        padded_.emplace(content, sha256(std::string_view(tail)));
        if (metadata_) {
            metadata_->write(tail, (std::uint64_t{inode.first_block} + inode.blocks - 1) * block_size);
        }
    }

    /// Between directories and data lie zeros, which are not written.
    void add_gap_leaves()
    {
        const std::string zeros(block_size, '\0');
        for (auto block = image_.layout.directory_end; block < image_.layout.data_start; ++block) {
            verity_.add_block(zeros);
        }
    }

    void add_data_leaves()
    {
        for (const auto position : image_.layout.data_order) {
            const auto index = image_.tree.files[image_.layout.inodes[position].index].content;
            const auto& content = image_.tree.contents[index];
            verity_.add_leaves(image_.readers[content.part]->leaves(content.object));
            if (const auto padded = padded_.find(index); padded != padded_.end()) {
                verity_.add_leaves(padded->second.bytes());
            }
        }
    }

    const Image& image_;
    Progress& progress_;
    MetadataEncoder encoder_;
    std::optional<Placer> metadata_; ///< and hashes; the other thread's while there is one
    std::optional<Placer> data_;
    std::uint64_t verity_at_;
    std::optional<StoredLeaves> stored_leaves_;
    VerityTree verity_;
    BlockStream stream_;
    std::uint32_t next_block_ = 0;
    std::unordered_map<std::uint32_t, std::string> tails_; ///< of the block being written, by file
    std::unordered_map<std::uint32_t, Digest> padded_;     ///< leaf of the padded block, by content
    std::unordered_set<std::uint32_t> placed_;             ///< contents whose data was taken care of
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
    std::string recipe = std::string(volume_format) + '\n';
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

} // namespace qpkg::erofs
