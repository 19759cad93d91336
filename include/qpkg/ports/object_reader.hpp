// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/model/id.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qpkg {

enum class NodeKind : std::uint8_t { directory, file, symlink };

/// A commit's tree, flat, without the file that holds its times. Every distinct content is one object, however many
/// files have it; a file is one inode, whose paths are hard links.
struct ModuleTree {
    struct Object {
        Digest id;
        std::uint64_t size; ///< bytes of content (a symlink's target length)
        NodeKind kind;      ///< file or symlink
        std::uint16_t mode; ///< permission bits: 0644 or 0755; 0777 for a symlink
    };
    struct File {
        std::uint32_t object; ///< of `objects`
        std::int64_t time;    ///< seconds since 1970
    };
    struct Entry {
        std::string name;
        NodeKind kind;
        std::uint32_t index; ///< of `directories` for a directory, else of `files`
    };
    struct Directory {
        std::uint16_t mode;         ///< permission bits
        std::int64_t time;          ///< seconds since 1970
        std::vector<Entry> entries; ///< ascending by name, bytes compared
    };

    const Object& object_of(const Entry& entry) const { return objects.at(files.at(entry.index).object); }

    std::vector<Object> objects;        ///< ascending by id
    std::vector<File> files;            ///< in the order of the tree
    std::vector<Directory> directories; ///< the root first, each before those below it
};

/// Hands over the path of everything in a tree, "/usr/bin" before what is in it, with its entry.
template <class Take>
void each_path(const ModuleTree& tree, const Take& take)
{
    std::vector<std::string> places(tree.directories.size()); // each directory comes before those below it
    for (std::size_t i = 0; i < tree.directories.size(); ++i) {
        for (const auto& entry : tree.directories[i].entries) {
            auto path = places[i] + '/' + entry.name;
            take(std::as_const(path), entry);
            if (entry.kind == NodeKind::directory) {
                places[entry.index] = std::move(path);
            }
        }
    }
}

/// A part of a file that holds leaf hashes, for those who want to share its disk space.
struct LeafStorage {
    Fd file;
    std::uint64_t offset; ///< on a 4096-byte boundary
    std::uint64_t size;
};

/// What a volume needs of one commit. Offsets are bytes. Objects may be opened and read on several threads at once.
class CommitReader {
public:
    virtual ~CommitReader() = default;

    virtual const ModuleTree& tree() const = 0;
    /// sha256 of each full 4 KiB block of the object's content, 32 bytes each; valid as long as this reader.
    virtual std::span<const std::uint8_t> leaves(std::uint32_t object) const = 0;
    /// The leaves of all objects on disk, as a volume of this commit orders its data.
    virtual LeafStorage leaf_storage() const = 0;
    /// A file's content, to read and to clone from.
    virtual Fd open(std::uint32_t object) const = 0;
    /// The content from `offset` to its end: a small file, a tail, a symlink's target.
    virtual std::string content_from(std::uint32_t object, std::uint64_t offset) const = 0;
};

/// Opens commits of an object store for reading. Errors: not_found (no such commit), corrupt.
class ObjectReader {
public:
    virtual ~ObjectReader() = default;

    virtual std::unique_ptr<CommitReader> open_commit(const CommitId& commit) const = 0;
    /// A file's content by its object id, of whatever commit.
    virtual Fd open_object(const Digest& id) const = 0;
};

} // namespace qpkg
