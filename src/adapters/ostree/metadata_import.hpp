// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why directories come before any content, a level at a time. They say how many objects there are and what they are
// called: the plan can be priced, the tree rules checked, and a tree that breaks them refused, before a large file has
// moved. A level is one batch of requests; asking for each directory when it is met would cost a round trip for each.
#pragma once

#include "adapters/ostree/object_directory.hpp"
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/ports/content_store.hpp"
#include "qpkg/ports/fetcher.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace qpkg::ostree {

/// The commit and directories of a module, in memory, checked against their names and the tree rules.
class ImportedTree {
public:
    const Commit& commit() const { return commit_; }
    const std::string& commit_bytes() const { return commit_bytes_; }
    const WalkSummary& summary() const { return summary_; }
    /// Distinct content objects, in the order the tree is walked, the list of times last.
    const std::vector<Digest>& contents() const { return contents_; }
    /// The object that lists the times of the files.
    const Digest& times() const { return *times_; }
    /// The commit, directories and their metadata.
    std::uint64_t metadata_objects() const { return 1 + trees_.size() + metas_.size(); }
    /// Everything but the commit.
    std::vector<ObjectName> objects() const;

    /// Calls `visit` for each path of a file or symlink, the list of times included.
    void each_file(const std::function<void(const std::string& path, const Digest&)>& visit) const;

private:
    friend class MetadataImport;

    ImportedTree(Commit commit, std::string bytes) : commit_(std::move(commit)), commit_bytes_(std::move(bytes)) {}
    TreeVisitor visitor() const;

    Commit commit_;
    std::string commit_bytes_;
    std::unordered_map<Digest, DirTree> trees_;
    std::unordered_map<Digest, DirMeta> metas_;
    std::vector<Digest> contents_;
    std::optional<Digest> times_; ///< set when the import of the directories is done
    WalkSummary summary_;
};

/// Brings a commit and its directories: what is in the store is used, the rest is fetched and staged, a level of the
/// tree at a time. Each object is hashed before it is parsed.
class MetadataImport {
public:
    MetadataImport(const ObjectDirectory& objects, const ImportLimits& limits, Fetcher& from)
        : objects_(objects), limits_(limits), from_(from)
    {
    }

    ImportedTree run(const CommitId& id);

    std::uint64_t fetched_objects() const { return fetched_objects_; }
    std::uint64_t fetched_bytes() const { return fetched_bytes_; }

private:
    std::string commit_bytes(const CommitId& id);
    std::optional<std::string> sound_bytes(const ObjectName& object) const;
    void load(ImportedTree& tree, const std::vector<ObjectName>& level);
    void add(ImportedTree& tree, const ObjectName& object, std::string_view bytes);
    std::vector<ObjectName> take_level();
    void want(const Digest& id, ObjectType type);

    const ObjectDirectory& objects_;
    const ImportLimits& limits_;
    Fetcher& from_;
    std::uint64_t fetched_objects_ = 0;
    std::uint64_t fetched_bytes_ = 0;
    std::uint64_t metadata_bytes_ = 0;
    std::unordered_set<Digest> known_trees_;
    std::unordered_set<Digest> known_metas_;
    std::vector<ObjectName> next_;
};

/// Signatures prove nothing to an importer: the commit is pinned by the manifest. They are kept for those who serve it
/// on and for stock clients; what is none is left out, loudly.
struct FetchedSignatures {
    std::string sound;   ///< empty: there are none
    std::uint64_t bytes; ///< fetched
};
FetchedSignatures fetch_signatures(const CommitId& id, Fetcher& from);
std::optional<std::string> sound_signatures(const CommitId& id, std::string bytes);

/// "ostree/objects/ab/cdef….dirtree"
std::string served_path(const Digest& id, ObjectType type);

} // namespace qpkg::ostree
