// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/object_directory.hpp"

#include "qpkg/model/id.hpp"

#include <cstdint>

/// What becomes of a store whose files were changed or copied by others.
namespace qpkg::ostree {

/// Whether everything that the commit needs is there; whether it is sound is not asked.
bool is_complete(const ObjectDirectory& objects, const CommitId& commit);

/// Hashes all that the commit needs and removes what is not what its name says. Returns how many went.
std::uint64_t discard_damaged(const ObjectDirectory& objects, const CommitId& commit);

/// Files without user.ostreemeta.
std::uint64_t lost_attributes(const ObjectDirectory& objects);
/// Gives it back to those whose name only one attribute can explain. Returns how many.
std::uint64_t mend_attributes(const ObjectDirectory& objects);

} // namespace qpkg::ostree
