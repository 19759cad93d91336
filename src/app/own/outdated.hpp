// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/make/age.hpp"
#include "app/own/own_place.hpp"
#include "app/own/setup.hpp"
#include "app/use/change.hpp"
#include "build/base_recipe.hpp"

#include "qpkg/core/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// A module that could not be compared.
struct UnknownAge {
    std::filesystem::path module;
    Error why;
};

/// A base that `setup` made, and what its distribution offers since.
struct BaseAge {
    BaseId base;
    build::BaseRecipe recipe;
    std::vector<build::MovedPackage> moved; ///< ascending

    bool is_outdated() const { return !moved.empty(); }
};

struct Ages {
    std::vector<ModuleAge> modules;
    std::vector<UnknownAge> unknown; ///< one that cannot be compared hinders no other
    std::vector<BaseAge> bases = {};
};

/// What was built here for the machine's own repository; ascending.
std::vector<std::filesystem::path> own_modules(const World& world);

/// Each beside what its distribution offers now. Errors: not_found when one that is named does not exist.
Ages ages_of(World& world, const std::vector<std::filesystem::path>& modules);

/// The own apps that an upgrade of these qubes is about, and where it is about all of them the bases that `setup` made,
/// beside what their distribution offers now; none when the machine is no publisher, or is not to ask anybody.
Ages own_ages(World& world, const UpgradeRequest& request);

/// Makes outdated bases again, then outdated modules of these and of the request, which may be more on newer bases, and
/// publishes them.
void build_again(World& world, const UpgradeRequest& request, const Ages& outdated,
                 const std::optional<std::string>& passphrase, const std::string& command, const Turns& turns);

} // namespace qpkg::app
