// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace qpkg::app {

/// Files, ascending.
struct Recipes {
    std::vector<std::filesystem::path> bases;   ///< base.toml
    std::vector<std::filesystem::path> modules; ///< module.toml
};

/// Files that are named, and of folders every module.toml and base.toml below them, hidden ones aside; a file of
/// another name is a module's. Errors: not_found; usage where there is none.
Recipes find_recipes(const std::vector<std::filesystem::path>& places);

} // namespace qpkg::app
