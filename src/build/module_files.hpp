// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "build/difference.hpp"
#include "build/recipe.hpp"
#include "build/relatives.hpp"

#include "qpkg/core/foreign_tree.hpp"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

inline constexpr std::string_view desktop_directory = "/usr/share/applications/";
/// In the order of a PATH.
inline constexpr std::array<std::string_view, 3> command_directories{"/usr/bin/", "/usr/sbin/", "/usr/games/"};

/// What exports are chosen from. All paths absolute, and of the module's tree.
struct ModuleFiles {
    std::set<std::string> all;                       ///< files and symbolic links of the module
    std::set<std::string> own;                       ///< those of the packages the recipe names
    std::set<std::string> related;                   ///< those of these packages' relatives
    std::map<std::string, std::string> desktop;      ///< contents of the desktop entries
    std::map<std::string, std::string> alternatives; ///< commands that the system's choice gives → what they lead to
    std::set<std::string> icons_of_base;             ///< by name, of any theme and size
};

/// Read before the package manager's state is dropped. `keep`: what stays of the installation's changes, ascending.
ModuleFiles read_module_files(const ForeignTree& changes, const std::vector<std::string>& keep, const Recipe& recipe,
                              std::span<const InstalledPackage> installed, const PackageFiles& packages);
std::set<std::string> icons_of(const ForeignTree& root);

/// The name of `path` when it lies directly in `directory` and ends in `ending`.
std::optional<std::string> name_in(std::string_view path, std::string_view directory, std::string_view ending = {});
/// The name of a command; nothing when `path` is in no folder of commands.
std::optional<std::string> command_in(std::string_view path);

/// The name of an icon, in any theme and size; nothing when `path` is no icon's.
std::optional<std::string> icon_in(std::string_view path);

/// Where a link at `path` leads, without regard to links among the folders: absolute, after the merge into /usr.
std::string link_target(const std::string& path, const std::string& link);

/// The program that a line starts, as it is written there: "node" of "/usr/bin/env -S node --x", "gimp-2.10" of
/// "\"gimp-2.10\" %U". Nothing when there is none.
std::optional<std::string> program_of(std::string_view command_line);

} // namespace qpkg::build
