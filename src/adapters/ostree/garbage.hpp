// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why commits are removed before what they name. Between two syncs a power cut may keep any of the removals. If an
// object went first, a commit could be left that is not complete, and "there completely or not at all" would be a lie.
// With the commits gone and synced, the rest is only space. A kept commit that is damaged stops the search: then nobody
// can say what is not needed.
#pragma once

#include "adapters/ostree/object_directory.hpp"

#include "qpkg/model/id.hpp"

#include <span>
#include <vector>

namespace qpkg::ostree {

/// Objects that none of the kept commits needs.
struct Garbage {
    std::vector<ObjectName> commits; ///< to be removed before what they name
    std::vector<ObjectName> rest;
};

/// `contents`: as the repository keeps them. Error corrupt or not_found when a kept commit is damaged: then nothing can
/// be called garbage.
Garbage find_garbage(const ObjectDirectory& objects, std::span<const CommitId> keep,
                     ObjectType contents = ObjectType::file);

std::uint64_t bytes_of(const ObjectDirectory& objects, const Garbage& garbage);
void remove(const ObjectDirectory& objects, const Garbage& garbage);

} // namespace qpkg::ostree
