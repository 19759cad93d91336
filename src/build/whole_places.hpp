// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/foreign_tree.hpp"

/// Where a qube shows its own in a whole view: repo-format/guest/whole_tree.hpp.
namespace qpkg::build {

/// Error corrupt where a root lacks /usr, or has a link or a file in the place of a folder. Folders that are missing
/// can be made, and what is in them can be left out.
void refuse_what_is_no_root(const ForeignTree& tree);

/// Makes the empty folders that are missing.
void make_places(const ForeignTree& tree);

} // namespace qpkg::build
