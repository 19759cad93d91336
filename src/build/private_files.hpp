// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the two things that decide are "no package lists it" and "not everybody may read it". A script that runs at
// installation makes keys, passwords and caches. In a module all files can be read by all, and everybody who installs
// it has the same ones: a host key of everybody is nobody's. A closed file that a package ships is the same for
// everybody anyway, so it is no secret; a file that a script leaves open was never meant to be one. What both miss is a
// secret that a script writes into a package's file or leaves open; some of those are known by name.
//
// Public halves go along: without its private half such a file is of no use, and it would differ in each build.
#pragma once

#include "build/package_files.hpp"
#include "build/tree.hpp"

#include <map>
#include <string>
#include <vector>

namespace qpkg::build {

/// What an installation made for one machine alone: keys and passwords. In a module everybody would have the same, for
/// every user to read. That are files that no package lists and that not everybody may read, for their own mode or a
/// directory above them; and the public halves beside them, which belong to keys that nobody has then, and differ in
/// each build. Path → why. `entries` ascend by path.
std::map<std::string, std::string> find_private_files(const std::vector<TreeEntry>& entries,
                                                      const PackageFiles& packages);

} // namespace qpkg::build
