// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there is one door for trees that bring their own root. Debian's packages are one source of such trees, others
// will follow. Each has its own way to come to a tree, and none has rules of its own for what becomes a module: what is
// left out, what a program may still do, where the qube's folders are shown.
#pragma once

#include "build/module_tree.hpp"

namespace qpkg::build {

/// A root file system that is to be a module, with what its source knows of it.
struct WholeTree {
    std::filesystem::path directory;               ///< nobody else uses it; changed in place
    std::vector<InstalledPackage> installed = {};  ///< ascending by name; none where no package manager recorded any
    std::vector<std::string_view> own_places = {}; ///< of its package manager: no part of a module
};

/// Turns a root file system into the tree of a whole view, with its exports and with an empty folder wherever the qube
/// shows its own. Errors: corrupt (it is no root: /usr is missing, something else is in the place of a folder),
/// conflict (files for one machine alone, where the recipe refuses them), not_found (the recipe exports what is not
/// there).
ModuleTree make_whole_tree(const WholeTree& tree, const Recipe& recipe, const ExportBounds& bounds);

} // namespace qpkg::build
