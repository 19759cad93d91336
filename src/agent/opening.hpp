// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there is an xdg-open of our own. Views of most apps have none: it comes with a package that only desktops bring.
// Without one an app opens nothing but its own types. This one reads what every desktop reads, in the order of the
// specifications; the entry that it finds in the qube's folder starts the other app in that app's view. It gives way to
// a program of that name in the base and in an app.
#pragma once

#include "agent/opened_target.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace qpkg::agent {

/// Where types and applications are looked for, in order.
struct OpeningFolders {
    std::vector<std::filesystem::path> configuration;
    std::vector<std::filesystem::path> data;
    std::vector<std::filesystem::path> programs;
    std::vector<std::string> desktops; ///< in lower case
    bool is_terminal = false;          ///< where standard output goes: programs of a terminal need no other
};

/// By XDG_CONFIG_HOME, XDG_CONFIG_DIRS, XDG_DATA_HOME, XDG_DATA_DIRS, HOME, PATH and XDG_CURRENT_DESKTOP, with what the
/// specification says for those that are empty. `variable` gives "" for one that is not set. Relative paths are
/// skipped.
OpeningFolders opening_folders(const std::function<std::string(const char*)>& variable);

/// The type of a file by its name, else by its kind and its first 4 KiB. Error not_found.
std::string type_of_file(const OpeningFolders& folders, const std::filesystem::path& file);

/// The program that opens it and its arguments. Errors: not_found (there is no such file), unsupported (no application
/// opens it; says its type).
std::vector<std::string> program_to_open(const OpeningFolders& folders, const OpenedTarget& target);

} // namespace qpkg::agent
