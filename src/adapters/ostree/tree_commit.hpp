// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a tree is committed without asking the disk for owner and time. The same tree must give the same commit on
// another machine, as another user, on another day. What the rules do not allow is refused by name instead of being
// made right: putting right is the builder's work, and shows there as a finding. The tree was shaped by foreign
// scripts, so it is reached through the one door (qpkg/core/foreign_tree.hpp).
#pragma once

#include "adapters/ostree/commit_indexes.hpp"
#include "adapters/ostree/file_object.hpp"
#include "adapters/ostree/object_directory.hpp"
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/ports/content_store.hpp"

#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qpkg::ostree {

/// Commits a directory. Owner is 0:0 and time the request's, whatever the disk says; hard links become equal files;
/// everything else that breaks the tree rules is refused by name.
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
    Digest content(const ForeignTree& disk, const ForeignTree::Entry& found);
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
    std::uint64_t size_ = 0;
    std::size_t files_ = 0;
};

} // namespace qpkg::ostree
