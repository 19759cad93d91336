// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a pipeline remembers nothing of its own. What a repository lists says what it was built from: the manifest pins
// the recipe and the lock file, and both lie beside it. So a pipeline on a machine that was made for this one run
// decides as one does that has run here for years, and a repository that somebody else published into meanwhile is
// taken as it is.
#pragma once

#include "app/publish/site.hpp"
#include "build/lock.hpp"
#include "build/moved_packages.hpp"

#include "qpkg/model/release.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// The newest release of an app for this architecture that a repository lists, and what it was built from.
struct Listed {
    Release release;
    std::optional<build::Lock> lock; ///< nothing for a base, and where the repository has it no more
};
/// Error corrupt where the repository contradicts itself.
std::optional<Listed> newest_listed(const std::filesystem::path& site, const SiteState& state, const AppId& app,
                                    const Channel& channel);

/// Why something is built.
struct BuildReasons {
    bool is_new = false;                         ///< the repository lists none
    bool has_other_recipe = false;               ///< or what it was built from is not there any more
    bool is_another = false;                     ///< of a base: the one that is here is not the one that is listed
    std::string unfit = {};                      ///< of a module: why it does not fit the base any more
    bool is_missing = false;                     ///< of a base: none is here
    std::vector<build::MovedPackage> moved = {}; ///< ascending

    bool is_any() const
    {
        return is_new || has_other_recipe || is_another || is_missing || !unfit.empty() || !moved.empty();
    }
};
/// Of a module that would now be built of this recipe, of these packages; `unfit` as above. Pure.
BuildReasons reasons_to_build(const std::optional<Listed>& listed, const std::string& recipe, const std::string& unfit,
                              const std::vector<OfferedPackage>& packages);

} // namespace qpkg::app
