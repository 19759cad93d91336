// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "plan/names.hpp"

#include "qpkg/ports/object_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::app {

/// Where a package or a file is, and what brought it.
struct Reason {
    std::string package;  ///< empty when a file was asked for
    std::string version;  ///< of the package; of the app when a file was asked for, empty for the base
    std::string file;     ///< its path, or empty
    std::string holder;   ///< app id or base id
    std::string asked_by; ///< the command that put it into the qube
    QubeName qube;
};

/// Paths of the files that `word` names: the path itself, the file's name, or that up to a dot ("libnss3" finds
/// /usr/lib/firefox-esr/libnss3.so). Ascending. Pure.
std::vector<std::string> paths_named(const ModuleTree& tree, std::string_view word);

struct Reasons {
    std::vector<Reason> holders;         ///< of the package; where there is none, of the file
    std::vector<plan::NameEffect> names; ///< commands, menu entries and services that are called so
};

/// What holds the package of that name; where none does, what holds such a file, for apps bring libraries that are no
/// packages. And who has that name in the qubes, among those who ask for it. Errors: not_found with near names.
Reasons why(World& world, const std::string& word);

} // namespace qpkg::app
