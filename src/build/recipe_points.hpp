// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/toml_section.hpp"
#include "build/recipe.hpp"

/// What a recipe says of points: `extends`, `abi` and `folders` of [app], and [[points]]. Errors: usage.
namespace qpkg::build {

void read_extends(TomlSection& app, Recipe& recipe);
/// `root` is the whole recipe, of which `table` is the text.
void read_points(TomlSection& root, const toml::table& table, Recipe& recipe);
/// What an extension cannot have besides: names, services, points. Error usage.
void refuse_parts_of_apps(const Recipe& recipe, std::string_view file);

} // namespace qpkg::build
