// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/stored_image.hpp"

#include "adapters/erofs/little_endian.hpp"
#include "adapters/erofs/piece_queue.hpp"
#include "adapters/erofs/placement.hpp"
#include "adapters/erofs/verity.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"

#include <fcntl.h>

#include <algorithm>
#include <future>

namespace qpkg::erofs {
namespace {

constexpr std::string_view plan_magic = "QPKGPLN1";
constexpr std::size_t recipe_at = 8;
constexpr std::size_t root_at = 40;
constexpr std::size_t total_at = 72;
constexpr std::size_t data_at = 76;
constexpr std::size_t pieces_at = 80;
constexpr std::size_t padded_count_at = 84;
constexpr std::size_t list_digest_at = 88;
constexpr std::size_t header_end = list_digest_at + Digest::size;
constexpr std::size_t piece_size = 40;
constexpr std::size_t read_piece = 1024 * 1024;

std::uint32_t number_at(std::string_view bytes, std::size_t at)
{
    return static_cast<std::uint32_t>(number(as_bytes(bytes.substr(at, 4))));
}

/// The data blocks of an image that come whole from an object, and those that were padded.
struct List {
    std::string pieces;
    std::string padded;
    std::vector<std::uint32_t> padded_blocks;
    std::uint32_t count = 0;
};

List list_of(const Image& image)
{
    List list;
    for (const auto position : image.layout.data_order) {
        const auto& inode = image.layout.inodes[position];
        const auto& content = image.tree.contents[image.tree.files[inode.index].content];
        const auto whole = full_blocks(inode.size);
        if (whole > 0) {
            list.pieces += image.readers[content.part]->tree().objects[content.object].id.bytes_string();
            append(list.pieces, inode.first_block, 4);
            append(list.pieces, whole, 4);
            ++list.count;
        }
        if (inode.blocks > whole) {
            list.padded_blocks.push_back(inode.first_block + inode.blocks - 1);
            append(list.padded, list.padded_blocks.back(), 4);
        }
    }
    return list;
}

} // namespace

std::uint64_t StoredImage::padded_at() const { return verity_at() + verity_size(total_blocks_); }

void StoredImage::write(int plan, const Image& image, const Target& written, const Digest& root)
{
    const auto list = list_of(image);
    const auto& layout = image.layout;
    std::string header(plan_magic);
    header += image.recipe.bytes_string() + root.bytes_string();
    append(header, layout.total_blocks, 4);
    append(header, layout.data_start, 4);
    append(header, list.count, 4);
    append(header, list.padded_blocks.size(), 4);
    header += sha256(std::string_view(list.pieces + list.padded)).bytes_string();
    header.resize(block_size);

    Placer placer(plan);
    placer.write(header, 0);
    std::uint64_t at = block_size;
    const auto place = [&](int source, std::uint64_t offset, std::uint64_t length) {
        if (length > 0) {
            placer.place(source, offset, length, at);
            at += length;
        }
    };
    place(written.file, 0, std::uint64_t{layout.data_start} * block_size);
    place(written.file, written.verity_at, verity_size(layout.total_blocks));
    for (const auto block : list.padded_blocks) {
        place(written.file, std::uint64_t{block} * block_size, block_size);
    }
    placer.write(list.pieces, at);
    placer.write(list.padded, at + list.pieces.size());
}

std::optional<StoredImage> StoredImage::open(const std::filesystem::path& path, const Digest& recipe,
                                             const Digest& root)
{
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return std::nullopt;
    }
    StoredImage plan(std::move(fd), root);
    const auto header = read_at(plan.fd_.get(), 0, header_end);
    if (header.size() < header_end || !header.starts_with(plan_magic) ||
        header.substr(recipe_at, Digest::size) != recipe.bytes_string() ||
        header.substr(root_at, Digest::size) != root.bytes_string()) {
        return std::nullopt;
    }
    plan.total_blocks_ = number_at(header, total_at);
    plan.data_start_ = number_at(header, data_at);
    const auto expected = *Digest::from_bytes(as_bytes(header).subspan(list_digest_at, Digest::size));
    if (plan.data_start_ > plan.total_blocks_ ||
        !plan.read_list(expected, number_at(header, pieces_at), number_at(header, padded_count_at))) {
        return std::nullopt;
    }
    return plan;
}

bool StoredImage::read_list(const Digest& expected, std::uint32_t pieces, std::uint32_t padded)
{
    if (pieces > total_blocks_ || padded > total_blocks_) {
        return false;
    }
    const auto list = read_at(fd_.get(), padded_at() + std::uint64_t{padded} * block_size,
                              std::size_t{pieces} * piece_size + std::size_t{padded} * 4);
    if (sha256(std::string_view(list)) != expected) {
        return false;
    }
    for (std::uint32_t i = 0; i < pieces; ++i) {
        const auto piece = std::string_view(list).substr(std::size_t{i} * piece_size, piece_size);
        pieces_.push_back(
            {*Digest::from_bytes(as_bytes(piece).first(Digest::size)), number_at(piece, 32), number_at(piece, 36)});
    }
    for (std::uint32_t i = 0; i < padded; ++i) {
        padded_.push_back(number_at(list, std::size_t{pieces} * piece_size + std::size_t{i} * 4));
    }
    return true;
}

Written StoredImage::build(const ObjectReader& objects, const Target& target, Progress& progress) const
{
    // What is hashed is the plan, not the image: it can be done while that is being made.
    auto check = std::async(std::launch::async, [this] { check_root(); });
    Placer image(target.file);
    if (data_start_ > 0) {
        image.place(fd_.get(), metadata_at(), std::uint64_t{data_start_} * block_size, 0);
    }
    std::size_t next = 0;
    PieceQueue queue([&] {
        PieceQueue::Batch batch;
        for (; batch.size() < PieceQueue::batch_size && next < pieces_.size(); ++next) {
            const auto& [object, first_block, blocks] = pieces_[next];
            batch.push_back({objects.open_object(object), std::uint64_t{blocks} * block_size,
                             std::uint64_t{first_block} * block_size});
        }
        return batch;
    });
    for (auto batch = queue.next(); !batch.empty(); batch = queue.next()) {
        interrupt::throw_if_requested();
        for (const auto& piece : batch) {
            image.place(piece.source.get(), 0, piece.length, piece.target_offset);
            progress.advance(piece.length);
        }
    }
    for (std::size_t i = 0; i < padded_.size(); ++i) {
        image.place(fd_.get(), padded_at() + i * block_size, block_size, std::uint64_t{padded_[i]} * block_size);
    }
    if (const auto size = verity_size(total_blocks_); size > 0) {
        image.place(fd_.get(), verity_at(), size, target.verity_at);
    }
    check.get();
    return {.root = root_, .shared = image.shared(), .written = image.written()};
}

/// Metadata and padded blocks are hashed, file data is taken by its stored leaves; the tree over them must be the
/// stored one and end in the root.
void StoredImage::check_root() const
{
    bool same = true;
    std::string buffer;
    VerityTree tree(total_blocks_, [&](std::uint64_t position, std::string_view block) {
        same = same && read_at(fd_.get(), verity_at() + position, block_size) == block;
    });
    for (auto at = metadata_at(); at < verity_at();) {
        read_into(buffer, fd_.get(), at, std::min<std::uint64_t>(read_piece, verity_at() - at));
        tree.add_blocks(buffer);
        at += buffer.size();
    }
    const auto leaf_level = verity_at() + tree.leaf_level();
    const auto leaves_end = leaf_level + std::uint64_t{total_blocks_} * Digest::size;
    for (auto at = leaf_level + std::uint64_t{data_start_} * Digest::size; at < leaves_end;) {
        read_into(buffer, fd_.get(), at, std::min<std::uint64_t>(read_piece, leaves_end - at));
        tree.add_leaves(as_bytes(buffer));
        at += buffer.size();
    }
    for (std::size_t i = 0; i < padded_.size(); ++i) {
        read_into(buffer, fd_.get(), padded_at() + i * block_size, block_size);
        const auto leaf = read_at(fd_.get(), leaf_level + std::uint64_t{padded_[i]} * Digest::size, Digest::size);
        same = same && sha256(std::string_view(buffer)).bytes_string() == leaf;
    }
    if (tree.finish() != root_ || !same) {
        throw Error(Code::corrupt, "the stored plan is damaged");
    }
}

} // namespace qpkg::erofs
