// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why trees are removed in one way. `rm -r` over a tree that others shaped, or in which something is mounted, can empty
// a home directory that nobody meant. Here every step is taken from a descriptor, within one mount, and follows no
// link; and where something is mounted nothing is removed at all, since half a tree is worth less than a message. A
// tree may be nested deeper than descriptors can be open: what is too deep is moved up to the top and removed there.
#pragma once

#include "qpkg/core/fd.hpp"

#include <filesystem>
#include <string>

/// The one way in which trees are removed. It follows no link and enters no mount, whatever is in the tree and whoever
/// changes it meanwhile; it needs nothing but libc and Error.
namespace qpkg::files {

/// What is at `path`, with everything in it; absent is success. Where something is mounted in it nothing is removed.
/// Errors as `require_removable`, and what the system says, naming the path.
void remove_tree(const std::filesystem::path& path);

/// As above, for `name` in a directory that is held, which messages call `shown`; what is mounted in it is noticed when
/// it is come to.
void remove_tree_at(const Fd& directory, const std::string& name, const std::string& shown);

/// As `remove_tree`, for destructors and leftovers: what cannot be removed stays. Whether nothing is left.
bool try_remove_tree(const std::filesystem::path& path) noexcept;

/// Error conflict "something is mounted at …" or "… cannot be changed (chattr +i)" when the tree at `path` could not be
/// removed whole; absent is fine.
void require_removable(const std::filesystem::path& path);

} // namespace qpkg::files
