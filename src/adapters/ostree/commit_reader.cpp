// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/commit_reader.hpp"

#include "adapters/ostree/stored_tree.hpp"
#include "repo-format/repo/times.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace qpkg::ostree {

/// Makes the tree of a commit, in the order in which its times are listed.
class StoredCommitReader::Reading {
public:
    explicit Reading(StoredCommitReader& reader) : reader_(reader), visitor_(stored_visitor(reader.objects_)) {}

    void run(const CommitId& commit)
    {
        const auto root = read_commit(reader_.objects_, commit);
        directory({}, root.tree, root.meta);
        with_context("commit " + commit.hex() + ": " + std::string(times_path), [&] { give_times(); });
    }

private:
    ModuleTree& tree() { return reader_.tree_; }

    /// Returns where in the list of directories it is.
    std::uint32_t directory(const std::string& path, const Digest& tree_id, const Digest& meta_id)
    {
        if (tree().directories.size() >= max_directories) {
            throw Error(Code::no_space, "more than " + std::to_string(max_directories) + " directories");
        }
        const auto place = static_cast<std::uint32_t>(tree().directories.size());
        const auto meta = visitor_.meta(meta_id);
        tree().directories.push_back({static_cast<std::uint16_t>(meta.mode & 07777U), time_of_directory(tree_id), {}});
        auto entries = entries_of(path, visitor_.tree(tree_id));
        tree().directories[place].entries = std::move(entries);
        return place;
    }

    std::vector<ModuleTree::Entry> entries_of(const std::string& path, const DirTree& listed)
    {
        const auto prefix = path.empty() ? path : path + '/';
        std::vector<ModuleTree::Entry> entries;
        auto subdirectory = listed.directories.begin();
        const auto take_directories_before = [&](const std::string* name) {
            for (; subdirectory != listed.directories.end() && (name == nullptr || subdirectory->name < *name);
                 ++subdirectory) {
                const auto below = prefix + subdirectory->name;
                const bool holds_times_alone = below == times_folder && take_times_alone(subdirectory->tree);
                if (!holds_times_alone) {
                    entries.push_back({subdirectory->name, NodeKind::directory,
                                       directory(below, subdirectory->tree, subdirectory->meta)});
                }
            }
        };
        for (const auto& file : listed.files) {
            take_directories_before(&file.name);
            const auto object = object_of(file.content);
            if (prefix + file.name == times_path) {
                times_ = object;
                continue;
            }
            entries.push_back(
                {file.name, tree().objects[object].kind, static_cast<std::uint32_t>(objects_by_path_.size())});
            objects_by_path_.push_back(object);
        }
        take_directories_before(nullptr);
        return entries;
    }

    bool take_times_alone(const Digest& folder)
    {
        const auto listed = visitor_.tree(folder);
        if (listed.files.size() != 1 || !listed.directories.empty() ||
            !times_path.ends_with('/' + listed.files.front().name)) {
            return false;
        }
        times_ = object_of(listed.files.front().content);
        return true;
    }

    std::uint32_t object_of(const Digest& id) const
    {
        const auto position = reader_.index_.find(id);
        if (!position) {
            throw Error(Code::corrupt, "the index of the commit lacks file " + id.hex());
        }
        return *position;
    }

    /// Until now an entry of a file has the position of its path among all paths; from here on, that of its file.
    void give_times()
    {
        const auto times = listed_times();
        std::vector<std::uint32_t> file_of_path;
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (times[i].name_of) {
                file_of_path.push_back(file_of_path[*times[i].name_of]);
                continue;
            }
            file_of_path.push_back(static_cast<std::uint32_t>(tree().files.size()));
            tree().files.push_back({objects_by_path_[i], times[i].seconds});
        }
        for (auto& directory : tree().directories) {
            for (auto& entry : directory.entries) {
                entry.index = entry.kind == NodeKind::directory ? entry.index : file_of_path[entry.index];
            }
        }
    }

    std::vector<PathTime> listed_times()
    {
        if (!times_) {
            throw Error(Code::corrupt, "it is not there");
        }
        if (tree().objects[*times_].size > largest_times) {
            throw Error(Code::corrupt, "larger than 4 MiB");
        }
        auto times = parse_times(reader_.content_from(*times_, 0));
        std::vector<Digest> ids;
        for (const auto object : objects_by_path_) {
            ids.push_back(tree().objects[object].id);
        }
        require_fitting(times, ids);
        return times;
    }

    StoredCommitReader& reader_;
    TreeVisitor visitor_;
    std::vector<std::uint32_t> objects_by_path_; ///< in the order of the tree
    std::optional<std::uint32_t> times_;
};

StoredCommitReader::StoredCommitReader(const ObjectDirectory& objects, const CommitId& commit, CommitIndex index,
                                       std::filesystem::path index_path)
    : objects_(objects), index_(std::move(index)), index_path_(std::move(index_path))
{
    tree_.objects.reserve(index_.size());
    for (std::uint32_t i = 0; i < index_.size(); ++i) {
        tree_.objects.push_back({index_.id(i), index_.content_size(i), index_.kind(i), index_.mode(i)});
    }
    Reading(*this).run(commit);
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
