// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the upper directory is compared with the base. An overlay copies a file up when somebody merely opens it for
// writing. Compared by content, and by whether it can be executed, such a file is "the same" and left out, so a module
// holds only what is new. The tree is foreign: whatever scripts left in there is reached through the one door.
#pragma once

#include "build/difference.hpp"
#include "build/tree.hpp"

#include "qpkg/core/foreign_tree.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::build {

/// Everything in the upper directory of an overlay whose lowest layer is `base`, compared with it.
std::vector<TreeEntry> scan_changes(const ForeignTree& upper, const ForeignTree& base);

/// Makes `tree` what the plan keeps: the rest is removed; owner 0:0, modes 0644, 0755 (directories too), no extended
/// attributes, in particular none of overlayfs.
void settle_tree(const ForeignTree& tree, const TreeChoice& plan);

/// A file of a mounted root, at most `cap` bytes; empty when no regular file is there. `path` is absolute and resolved
/// as a process in there would.
std::string read_in_root(const Fd& root, const std::filesystem::path& path, std::size_t cap);
/// As above: what is at `path` exists, a symbolic link at its end not followed.
bool exists_in_root(const Fd& root, const std::filesystem::path& path);

} // namespace qpkg::build
