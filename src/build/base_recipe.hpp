// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// `base.toml`: what a person says about a base. Schema: schemas/base-recipe.schema.json.
struct BaseRecipe {
    BaseId id;
    std::string of;                          ///< the distribution's: "debian-12"; empty: a tar, which nobody can repeat
    std::vector<std::string> packages = {};  ///< that it shall have besides, with what they need
    std::optional<std::uint64_t> level = {}; ///< nothing: as it is
    std::string mirror = {};                 ///< of the packages; empty: the distribution's own
    /// Whose signatures count, beside the recipe; empty: the distribution's.
    std::string keyring = {};

    friend bool operator==(const BaseRecipe&, const BaseRecipe&) = default;
};

/// Error usage "<file>:<line>:<column>: <key>: …". Unknown keys are errors.
BaseRecipe parse_base_recipe(std::string_view text, std::string_view file);

/// What is published beside a base: what it is, and not where from.
std::string encode_base_recipe(const BaseRecipe& recipe);

} // namespace qpkg::build
