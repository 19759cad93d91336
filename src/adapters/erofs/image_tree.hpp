// SPDX-License-Identifier: LGPL-2.1-or-later
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
