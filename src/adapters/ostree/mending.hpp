// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a store can be mended without anybody having signed it again. An object's name is the hash of owner, mode and
// content, and the first two lie in an extended attribute, which many copies lose. There are only few possible
// attributes, so each is tried: the one that gives the name is the one it had. What no attribute explains is damaged
// and is removed, so that it is brought again.
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
