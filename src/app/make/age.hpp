// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a newer base alone makes no module old. A base gets fixes every week. Were everything built again for each of
// them, everybody would download every app every week, though nearly all of them fit as they are. So a module is old
// when its own packages moved, or when it does not fit the base that is here now.
#pragma once

#include "app/make/outlook.hpp"

#include "qpkg/model/details.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// Why a module that was built before would not do on the base that is here now, for people; nothing: it would.
/// `module`: what it says of itself. Error as the base's details have them.
std::optional<std::string> unfit_for(const World& world, const Base& base, const Release& release,
                                     const Details& module);

/// A module that was built, and what the distribution offers since.
struct ModuleAge {
    AppId app;
    BaseId base;
    std::filesystem::path directory;
    std::optional<std::string> unfit;       ///< why it does not fit the base that is here now
    std::vector<build::MovedPackage> moved; ///< ascending

    bool is_outdated() const { return unfit.has_value() || !moved.empty(); }
    std::size_t security_fixes() const;
};
/// Compares a directory that `qpkg build` left with what a build of the recipe would take now; module.toml and
/// module.lock are enough, and then another base counts as one that it does not fit. Errors: not_found (no such module;
/// base; a package that is gone), corrupt (a file of it), as `look_ahead`.
ModuleAge age_of(World& world, const std::filesystem::path& module);

} // namespace qpkg::app
