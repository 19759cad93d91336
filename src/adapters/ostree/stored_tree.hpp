// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/object_directory.hpp"
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/model/id.hpp"

#include <set>
#include <vector>

namespace qpkg::ostree {

/// The commit object of a commit that is here, checked against its name.
Commit read_commit(const ObjectDirectory& objects, const CommitId& id);
/// Reads directories from the store as a walk needs them, each checked against its name.
TreeVisitor stored_visitor(const ObjectDirectory& objects);

struct Reachable {
    std::set<ObjectName> metadata; ///< dirtrees and dirmetas
    std::vector<Digest> contents;  ///< distinct, in the order of the walk, the list of times last
};
Reachable reachable_from(const ObjectDirectory& objects, const Commit& commit);

} // namespace qpkg::ostree
