// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a build can be asked about before it is made. A person wants to know what comes and how much, a pipeline whether
// anything has changed; both cost seconds, and a build minutes.
#pragma once

#include "app/world.hpp"
#include "build/moved_packages.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::app {

/// What a build of one package without a recipe would take now.
struct Outlook {
    AppId app;
    BaseId base;
    std::string from;                     ///< as `build_module` takes it: "deb:hello"
    std::vector<OfferedPackage> packages; ///< ascending
    std::uint64_t download;               ///< bytes of all package files, also of those that are in the cache
};

/// Asks the package sources of a base that is here; nothing is downloaded but lists. `package` is a name, or the whole
/// id of the app that its source would make of it. Errors: not_found (base; no such package, near names in the hint),
/// usage (no name of a package), conflict (the base has it), unsupported (a base without a package manager), failed.
Outlook look_ahead(World& world, const std::string& package, const BaseId& base);

/// A package that a search found, and the app that its source would make of it.
struct FoundApp {
    AppId app;
    FoundPackage package;
};
/// Asks the package source of a base that is here. Ascending by package. Errors as `look_ahead`.
std::vector<FoundApp> packages_with_words(World& world, const std::vector<std::string>& words, const BaseId& base);

/// What a build of a recipe would take now.
struct RecipeOutlook {
    AppId app;
    Base base;                            ///< whose package manager chooses
    std::string recipe;                   ///< its text, as the module will have it
    std::vector<OfferedPackage> packages; ///< ascending
};
/// Of a file, or a directory with a module.toml. Errors: usage (recipe), as `look_ahead`.
RecipeOutlook look_at_recipe(World& world, const std::filesystem::path& recipe);

/// Packages of a base that is here that its distribution offers in other versions now, ascending. Errors as
/// `look_ahead`.
std::vector<build::MovedPackage> moved_in_base(World& world, const Base& base);

} // namespace qpkg::app
