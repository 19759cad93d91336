// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a tree is committed without asking the disk for owners. The same tree must give the same commit on another
// machine, as another user. What the rules do not allow is refused by name instead of being made right: putting right
// is the builder's work, and shows there as a finding. The tree was shaped by foreign scripts, so it is reached through
// the one door (qpkg/core/foreign_tree.hpp).
//
// Times and hard links are the disk's, and go into a list of their own (repo-format/repo/times.hpp) that is in no tree
// on a disk: so a tree that was taken from a commit's volume makes the same commit again. The list is made first, for
// its place is in the middle of the tree. A directory's time is nobody's: it follows from what is in it.
#pragma once

#include "adapters/ostree/commit_indexes.hpp"
#include "adapters/ostree/file_object.hpp"
#include "adapters/ostree/object_directory.hpp"
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/ports/content_store.hpp"

#include <map>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qpkg::ostree {

/// Commits a directory. Owner is 0:0, whatever the disk says; everything else that breaks the tree rules, or has a time
/// that no list of times can say, is refused by name.
class TreeCommit {
public:
    TreeCommit(const ObjectDirectory& objects, const CommitIndexes& indexes, Progress& progress);

    CommitSummary run(const CommitRequest& request);

private:
    struct Directory {
        Digest tree;
        Digest meta;
    };
    Directory directory(const ForeignTree& disk, const ForeignTree::Entry& found, std::size_t depth);
    /// Of a directory, with the list of times and the folders that lead to it.
    static std::vector<ForeignTree::Entry> entries_of(const ForeignTree& disk, const std::string& path);
    Digest content(const ForeignTree& disk, const ForeignTree::Entry& found);
    Digest list_of_times();
    Digest file(const ForeignTree& disk, const ForeignTree::Entry& found);
    Digest symlink(const ForeignTree& disk, const ForeignTree::Entry& found);
    Digest metadata(ObjectType type, std::string_view bytes);
    /// The staged file "incoming" becomes the object, or goes when that is known already.
    Digest take(ObjectFacts facts);

    const ObjectDirectory& objects_;
    const CommitIndexes& indexes_;
    Progress& progress_;
    std::unordered_set<Digest> known_;
    std::vector<ObjectFacts> contents_; ///< distinct, in the order of the walk
    std::set<ObjectName> metadata_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Digest> links_; ///< by device and inode
    std::string times_;                                               ///< the text of the list
    std::optional<Digest> list_;                                      ///< its object
    std::uint64_t size_ = 0;
    std::size_t files_ = 0;
};

} // namespace qpkg::ostree
