// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a plan lies beside a volume. What is slow about an image are its small files: each is opened and read, and ends
// up in the metadata. A plan keeps metadata and hash tree as clones of the image, so it costs no disk while that
// exists, and an image that went missing is made again with one clone for each large file. Where the file system cannot
// clone there is no plan: it would be a second copy.
//
// A plan saves time and decides nothing. It must be for the same recipe and root, its hash tree is computed again, and
// the finished image is read back like any other. Whatever is wrong with a plan means that the image is made without
// it. It gets its name before the image does, so a volume that is there has its plan; a plan without its image is a
// leftover.
#pragma once

#include "adapters/erofs/image.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/ports/object_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace qpkg::erofs {

/// A stored plan: everything of an image but the objects' own data, so that it can be written again without reading a
/// directory or a small file. Its large parts are clones of the image and its hash tree: they cost no disk while those
/// exist.
///
///     block 0      "QPKGPLN1" · recipe (32) · root (32) · total blocks (4) · first data block (4) · pieces (4)
///                  · padded blocks (4) · sha256 of the list (32)
///     then         the image's blocks before the data · the hash tree · padded blocks, each in whole blocks
///     the list     pieces × { object (32) · first block (4) · blocks (4) } · padded × { block (4) }
///
/// Numbers are little-endian. Nothing of it is believed: what is built from it must have the root.
class StoredImage {
public:
    /// Nothing when there is none for this recipe and root, or it is damaged.
    static std::optional<StoredImage> open(const std::filesystem::path& path, const Digest& recipe, const Digest& root);
    /// Stores the plan of an image just written; not yet durable.
    static void write(int plan, const Image& image, const Target& written, const Digest& root);

    std::uint64_t image_size() const { return std::uint64_t{total_blocks_} * block_size; }
    /// Writes the image again. Error corrupt when it has not the root.
    Written build(const ObjectReader& objects, const Target& target, Progress& progress) const;

private:
    struct ObjectRange {
        Digest object;
        std::uint32_t first_block;
        std::uint32_t blocks;
    };

    StoredImage(Fd fd, const Digest& root) : fd_(std::move(fd)), root_(root) {}

    bool read_list(const Digest& expected, std::uint32_t pieces, std::uint32_t padded);
    void check_root() const;
    std::uint64_t metadata_at() const { return block_size; }
    std::uint64_t verity_at() const { return metadata_at() + std::uint64_t{data_start_} * block_size; }
    std::uint64_t padded_at() const;
    std::uint64_t list_at() const { return padded_at() + padded_.size() * block_size; }

    Fd fd_;
    Digest root_;
    std::uint32_t total_blocks_ = 0;
    std::uint32_t data_start_ = 0;
    std::vector<ObjectRange> pieces_;
    std::vector<std::uint32_t> padded_;
};

} // namespace qpkg::erofs
