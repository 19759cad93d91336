// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the root of a whole view begins with a base. Packages need a package manager, a shell and more before the first
// script of any of them can run; a base is just that, made of signed packages and pinned by its commit. So packages are
// chosen and installed as for any module, by the base's own package manager over it, and then both become one tree.
// Not taken: making a root from nothing inside the build, which is a second way to install packages, with a lock file
// of its own. What a view shares with a base costs no disk: its objects are the same.
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <filesystem>

namespace qpkg::build {

/// Copies the workshop's base with `changes` of an installation over it into a new directory of the scratch directory,
/// as the installation left it: owners, modes, times, hard links. What qpkg gave the base for qubes to start with
/// (`guest_files`, a tree; empty: nothing) is left out. Error failed, no_space.
std::filesystem::path copy_root(const Workshop& workshop, const std::filesystem::path& changes,
                                const std::filesystem::path& guest_files);

} // namespace qpkg::build
