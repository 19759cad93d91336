// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why equal files are inodes of their own. Two lock files that are empty are two locks, and a copy of two equal
// templates is two files: only what its package made as hard links is one. Their data is one extent all the same, for
// that nobody can tell. Across apps, which never meet in one view, an inode is shared where content, mode and time are
// equal: the kernel then keeps one copy in memory. The first of such files in one app goes with the first in another,
// the second with the second, so that within one app all stay apart.
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
    /// What distinct files and symlinks hold, with their mode.
    struct Content {
        std::uint64_t size;
        NodeKind kind;
        std::uint16_t mode;   ///< permission bits
        std::uint32_t part;   ///< which commit it is read from
        std::uint32_t object; ///< of that commit's tree
    };
    /// An inode.
    struct File {
        std::uint32_t content; ///< of `contents`
        std::int64_t time;     ///< seconds since 1970
        std::uint32_t links;   ///< paths that lead to it
    };
    struct Entry {
        std::string name;
        NodeKind kind;
        std::uint32_t index; ///< of `directories` or `files`
    };
    struct Directory {
        std::uint16_t mode;
        std::int64_t time;          ///< seconds since 1970
        std::uint32_t parent;       ///< the root is its own
        std::vector<Entry> entries; ///< ascending by name, bytes compared
    };

    std::vector<Content> contents;
    std::vector<File> files;
    std::vector<Directory> directories; ///< the root first
};

struct TreePart {
    const ModuleTree* tree;
    std::string prefix; ///< "" or "apps/<app-id>"
};

/// Error bug when one prefix lies in another.
ImageTree compose(std::span<const TreePart> parts);

} // namespace qpkg::erofs
