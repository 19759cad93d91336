// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a base is settled. A root file system that was just made holds an identity, logs, and caches of one moment; every
// qube would have them, and two builds would differ. Places where a qube mounts something must be there, since the base
// is read-only afterwards. Links in a foreign root are refused where the build writes.
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/model/id.hpp"

#include <filesystem>

namespace qpkg::build {

/// Where the root file system is in what an archive unpacked to: there, or in the one folder that holds all of it.
/// Error corrupt when neither has programs, or there is more beside the folder.
std::filesystem::path find_root(const std::filesystem::path& unpacked);

/// Makes an unpacked root file system what a base is: nothing of one machine or one moment (identity, logs, caches,
/// what lies in /dev, /run and /tmp), and a directory for each place a qube mounts something on.
/// Error corrupt when a link is on the way to one of these, or in the place of such a directory.
void settle_base(const std::filesystem::path& tree);

/// Adds the files of `guest`, a tree of what the root of a qube needs of qpkg, with modes 0755 and 0644. What the tree
/// has at the same path is replaced; no link of the tree is followed. Returns what tells these files from others: a
/// digest of their paths, modes and contents. Errors: not_found (no guest), corrupt (no directory where one must be).
Digest add_guest_files(const std::filesystem::path& tree, const std::filesystem::path& guest);

/// Id of an unpacked root file system, by its os-release: "fedora-40". Error corrupt when it has none.
BaseId identify_base(const Fd& root);

} // namespace qpkg::build
