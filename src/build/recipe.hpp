// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why unknown keys are errors. A recipe is written by people, and a key that is spelled wrong would silently mean the
// default: a service that does not start, a secret that is not refused. Signed metadata is read the other way round,
// since there a newer publisher must be able to add something.
#pragma once

#include "qpkg/model/release.hpp"
#include "qpkg/ports/package_source.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

inline constexpr std::size_t largest_recipe = 64 * 1024; ///< bytes

/// What becomes of keys and passwords that an installation makes for one machine alone: left out with a finding, or a
/// reason not to build.
enum class PrivateFiles { drop, refuse };

/// An extension, as a recipe has it.
struct RecipeExtends {
    PointName point;
    std::optional<std::string> abi = {};   ///< default: that of the point
    std::vector<std::string> folders = {}; ///< of an app's point, ascending; default: those of the point

    friend bool operator==(const RecipeExtends&, const RecipeExtends&) = default;
};

/// A point of an app, as its recipe has it.
struct RecipePoint {
    PointName name;
    std::vector<std::string> folders;    ///< ascending, at least one
    std::optional<std::string> abi = {}; ///< default: the first number of the version

    friend bool operator==(const RecipePoint&, const RecipePoint&) = default;
};

/// A service that the recipe itself describes.
struct OwnService {
    std::string type;             ///< "exec" or "notify": when systemd takes it for started
    std::vector<std::string> run; ///< program, with its absolute path, and arguments

    friend bool operator==(const OwnService&, const OwnService&) = default;
};

/// `module.toml`: what a person says about a module. Schema: schemas/recipe.schema.json.
struct Recipe {
    AppId app;
    BaseOrNone base;                         ///< none: the module is the root of its view
    std::optional<BaseId> root = {};         ///< then, of packages: the base whose root they are installed into
    std::string summary = {};                ///< one line of printable ASCII; empty: the package's own
    std::optional<std::string> version = {}; ///< default: that of the first package
    std::optional<RecipeExtends> extends = {};
    std::vector<RecipePoint> points = {}; ///< of an app, ascending by name

    std::vector<std::string> packages = {}; ///< names as the package manager knows them, at least one
    Recommended recommended = Recommended::none;
    std::vector<std::string> may_remove = {}; ///< paths of the base that installing may remove: they stay visible
    std::vector<std::string> leave_out = {};  ///< paths that are no part of the module, with all below them
    PrivateFiles private_files = PrivateFiles::drop;

    Needs needs = {};

    std::optional<std::vector<std::string>> commands = {}; ///< default: those of the packages and their relatives
    std::optional<std::vector<std::string>> desktop = {};  ///< default: as for commands

    std::vector<std::string> second = {}; ///< exported names that give way to those of other apps; default: none
    std::vector<std::string> names = {};  ///< of buses and services, not of the app's id: what the distribution ships
    std::vector<std::string> start = {};  ///< services that ask to start with the qube; default: none

    FirstStart first_start = {};            ///< what belongs to one qube
    std::optional<OwnService> service = {}; ///< asks to start, as those in `start`

    std::vector<std::string> tests = {}; ///< shell commands that must succeed in the finished view

    friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// The base that packages are installed over: the module stands on it, or takes its root along.
inline const BaseId& built_over(const Recipe& recipe) { return recipe.root ? *recipe.root : *recipe.base.base(); }

/// Error usage "<file>:<line>:<column>: <key>: expected …, found …". Unknown keys are errors.
Recipe parse_recipe(std::string_view text, std::string_view file);

/// `recipe` with `exports.names`, which it must not have yet.
std::string with_names(std::string recipe, const std::vector<std::string>& names);

/// The recipe of an app that is one package, as text that `parse_recipe` reads.
std::string recipe_for_package(const AppId& app, std::string_view package, const BaseId& base);

/// What any distribution may name a package: letters, digits, + - . _ @ , beginning with a letter or digit. Which of
/// these are names is the package source's to say.
bool is_package_name(std::string_view name);

} // namespace qpkg::build
