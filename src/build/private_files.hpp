// SPDX-License-Identifier: LGPL-2.1-or-later
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
