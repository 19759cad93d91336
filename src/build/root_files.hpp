// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/model/details.hpp"

#include <vector>

namespace qpkg::build {

/// Each file and link of a root that people use, with the content object it would be in a base: what a module hides can
/// be compared with it. Left out is documentation, and what lies where people and logs write (`/home`, `/usr/local`,
/// `/var/log` …). Ascending. A file that changes or goes meanwhile is skipped.
std::vector<Details::File> files_of_root(const ForeignTree& root);

} // namespace qpkg::build
