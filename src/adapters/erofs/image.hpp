// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an image is written without reading its data. Every object was hashed when it came in, and the store kept the
// hash of each of its blocks. The root of an image follows from these and from the metadata; the data itself is only
// cloned. To hash it here would read every byte of every volume once more.
//
// The price: an object that changed on the disk since it came in would go unseen. So the volume store reads the
// finished image back before it gets a name (volume_store.cpp). What small files hold is part of the metadata, and is
// right by definition: where nobody has signed a root, the caller hashes the objects before (`compose` in
// engine/transaction.cpp).
//
// One thread makes the metadata and opens objects, the other clones. Their order is fixed by the layout: which of them
// is faster never shows in a byte.
#pragma once

#include "adapters/erofs/encode.hpp"
#include "adapters/erofs/image_tree.hpp"
#include "adapters/erofs/layout.hpp"

#include "qpkg/ports/object_reader.hpp"
#include "qpkg/ports/progress.hpp"
#include "qpkg/ports/volume_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpkg::erofs {

/// The parts in the order of their prefixes: what the image is made from, whatever order they were named in.
std::vector<VolumePart> in_order(std::span<const VolumePart> parts);
/// Names the recipe of an image: its format, commits and prefixes. Its first bytes are the image's UUID.
Digest recipe_of(std::span<const VolumePart> ordered);

/// What an image is made from, opened.
struct Image {
    std::vector<std::unique_ptr<CommitReader>> readers; ///< by part
    ImageTree tree;
    Layout layout;
    Digest recipe;

    std::uint64_t size() const { return std::uint64_t{layout.total_blocks} * block_size; }
};
Image open_image(const ObjectReader& objects, std::span<const VolumePart> parts);

/// Where an image is written to, and behind it its hash tree.
struct Target {
    int file;
    std::uint64_t verity_at; ///< the image's size
};

struct Written {
    Digest root;
    std::uint64_t shared;  ///< bytes cloned
    std::uint64_t written; ///< bytes written
};

/// Writes the image and its hash tree in one pass and reads the metadata back (Error corrupt when it differs); without
/// a target only computes the root. Each object's data is placed once; memory does not grow with it.
Written write_image(const Image& image, std::optional<Target> target, Progress& progress);

} // namespace qpkg::erofs
