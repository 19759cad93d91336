// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a tree is changed in place and checked before. The steps of a build are few and each looks at all files; a copy
// for each would be gigabytes. What cannot become part of a module is refused before the first change, by its path.
#pragma once

#include "build/extension.hpp"
#include "build/finding.hpp"
#include "build/module_details.hpp"
#include "build/module_exports.hpp"
#include "build/recipe.hpp"

#include "qpkg/core/fd.hpp"
#include "qpkg/ports/package_source.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::build {

/// A tree ready to be committed, and what was learned while making it.
struct ModuleTree {
    std::vector<Export> exports; ///< as the module's exports file has them
    /// Names of buses and units that are not of the app's id, also those that there was no room for: a build that is
    /// given them comes to the same exports.
    std::vector<std::string> listed;
    std::string summary;                          ///< the recipe's, else the first package's
    std::vector<Limit> limits;                    ///< ascending, as many as a manifest holds
    std::vector<Finding> findings;                ///< ascending
    Details details = {};                         ///< without packages
    std::string owners = {};                      ///< see repo-format/repo/owners.md
    std::vector<InstalledPackage> installed = {}; ///< of an extension: those that it has files of
};

/// What a build decides about exports beyond its recipe.
struct ExportBounds {
    UnlistedNames unlisted = UnlistedNames::left_out;
    std::size_t room; ///< bytes that they may take in the manifest
};

/// Steps 4, 5 and 7: turns the changes of an installation that `source` made over `base` into the module's tree, in
/// place, with its exports, its accounts and what systemd-sysext wants to see. Of an `extension` only what belongs to
/// its point is left. Errors: conflict (a package of the base
/// was replaced by another version; a path of it removed, or something else put in the place of its directory; files
/// for one machine alone, where the recipe refuses them), corrupt (a link stands where the build writes), not_found
/// (the recipe exports what is not there, or nothing is for the point).
ModuleTree make_module_tree(const std::filesystem::path& changes, const Fd& base, const Recipe& recipe,
                            const PackageSource& source, const ObjectOfBase& object_of_base, const ExportBounds& bounds,
                            const std::optional<Extension>& extension = std::nullopt);

} // namespace qpkg::build
