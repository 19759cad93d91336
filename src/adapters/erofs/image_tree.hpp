// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why equal files are one inode. In an object store a file is its content and mode, so two paths with one object are
// two links to one inode: the image has its data once, and across apps of a composed volume, too. Times and owners are
// the same everywhere, so nothing else could differ.
//
// Each part of a composed volume has a prefix of its own, and none may lie in another's. That is what keeps apps apart
// in one image: no app can cover a path of another, whatever its tree holds.
#pragma once

#include "qpkg/ports/object_reader.hpp"
#include "qpkg/ports/volume_store.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qpkg::erofs {

/// The one tree that an image holds, made of any number of commits. Pure.
struct ImageTree {
    /// A distinct file or symlink.
    struct Content {
        std::uint64_t size;
        NodeKind kind;
        std::uint16_t mode;   ///< permission bits
        std::uint32_t part;   ///< which commit it is read from
        std::uint32_t object; ///< of that commit's tree
        std::uint32_t links;  ///< paths that lead to it
    };
    struct Entry {
        std::string name;
        NodeKind kind;
        std::uint32_t index; ///< of `directories` or `contents`
    };
    struct Directory {
        std::uint16_t mode;
        std::uint32_t parent;       ///< the root is its own
        std::vector<Entry> entries; ///< ascending by name, bytes compared
    };

    std::vector<Content> contents;
    std::vector<Directory> directories; ///< the root first
};

struct TreePart {
    const ModuleTree* tree;
    std::string prefix; ///< "" or "apps/<app-id>"
};

/// Error bug when one prefix lies in another.
ImageTree compose(std::span<const TreePart> parts);

} // namespace qpkg::erofs
