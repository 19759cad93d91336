// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why names of types are chosen and not copied. A module's build leaves a whole table of types, which says what every
// program of the qube would believe: merged, one line with a heavy weight takes `*.pdf` from all others. So only that
// is told which nobody else could know: the types that the app's own entries open, by names that neither the base nor
// an earlier app gives to another type, never heavier than usual. An app cannot take a name, and cannot take one away.
#pragma once

#include "agent/mime_globs.hpp"
#include "agent/qube_paths.hpp"

#include <set>
#include <string>
#include <vector>

namespace qpkg::agent {

inline constexpr unsigned heaviest_told = 50; ///< what a pattern weighs that says nothing of it

struct TypesOfApp {
    std::set<std::string> opened;   ///< types of the entries that the qube has of it
    std::vector<MimeGlob> patterns; ///< of its module
};

/// What the qube tells of names, of `apps` in the order in which they are asked: a name, or "*." and an ending.
std::vector<MimeGlob> told_patterns(const std::vector<MimeGlob>& of_base, const std::vector<TypesOfApp>& apps);

/// The table of a tree that has a root's folder /usr; empty where there is none.
/// Errors: no_space, failed.
std::vector<MimeGlob> patterns_of_tree(const fs::path& tree);

} // namespace qpkg::agent
