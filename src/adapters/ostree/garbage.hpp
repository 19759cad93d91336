// SPDX-License-Identifier: LGPL-2.1-or-later
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

/// Error corrupt or not_found when a kept commit is damaged: then nothing can be called garbage.
Garbage find_garbage(const ObjectDirectory& objects, std::span<const CommitId> keep);

std::uint64_t bytes_of(const ObjectDirectory& objects, const Garbage& garbage);
void remove(const ObjectDirectory& objects, const Garbage& garbage);

} // namespace qpkg::ostree
