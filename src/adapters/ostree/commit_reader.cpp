// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/commit_reader.hpp"

#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace qpkg::ostree {

StoredCommitReader::StoredCommitReader(const ObjectDirectory& objects, const CommitId& commit, CommitIndex index,
                                       std::filesystem::path index_path)
    : objects_(objects), index_(std::move(index)), index_path_(std::move(index_path))
{
    tree_.objects.reserve(index_.size());
    for (std::uint32_t i = 0; i < index_.size(); ++i) {
        tree_.objects.push_back({index_.id(i), index_.content_size(i), index_.kind(i), index_.mode(i)});
    }
    read_directories(commit);
}

std::uint32_t StoredCommitReader::object_of(const Digest& id) const
{
    const auto position = index_.find(id);
    if (!position) {
        throw Error(Code::corrupt, "the index of the commit lacks file " + id.hex());
    }
    return *position;
}

void StoredCommitReader::read_directories(const CommitId& commit)
{
    const auto visitor = stored_visitor(objects_);
    const auto root = read_commit(objects_, commit);
    std::vector<std::pair<Digest, Digest>> pending{{root.tree, root.meta}};
    for (std::size_t next = 0; next < pending.size(); ++next) {
        const auto [tree_id, meta_id] = pending[next];
        const auto meta = visitor.meta(meta_id);
        const auto tree = visitor.tree(tree_id);
        ModuleTree::Directory directory{static_cast<std::uint16_t>(meta.mode & 07777U), {}};
        for (const auto& file : tree.files) {
            const auto object = object_of(file.content);
            directory.entries.push_back({file.name, tree_.objects[object].kind, object});
        }
        for (const auto& subdirectory : tree.directories) {
            directory.entries.push_back(
                {subdirectory.name, NodeKind::directory, static_cast<std::uint32_t>(pending.size())});
            pending.emplace_back(subdirectory.tree, subdirectory.meta);
        }
        if (pending.size() > max_directories) {
            throw Error(Code::no_space, "more than " + std::to_string(max_directories) + " directories");
        }
        std::sort(directory.entries.begin(), directory.entries.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
        tree_.directories.push_back(std::move(directory));
    }
}

LeafStorage StoredCommitReader::leaf_storage() const
{
    return {files::open(index_path_, O_RDONLY), index_.leaves_at(), index_.leaves_size()};
}

Fd StoredCommitReader::open(std::uint32_t object) const { return objects_.open(index_.id(object), ObjectType::file); }

std::string StoredCommitReader::content_from(std::uint32_t object, std::uint64_t offset) const
{
    const auto fd = open(object);
    std::string bytes(tree_.objects.at(object).size - offset, '\0');
    const auto got = ::pread(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0) {
        throw system_error("read file " + index_.id(object).hex(), errno);
    }
    if (static_cast<std::size_t>(got) != bytes.size()) {
        throw Error(Code::corrupt, "file " + index_.id(object).hex() + " is shorter than it was");
    }
    return bytes;
}

} // namespace qpkg::ostree
