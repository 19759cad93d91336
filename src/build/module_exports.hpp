// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why exports are chosen from the packages that the recipe names and their relatives (relatives.hpp). A closure of a
// hundred packages brings hundreds of commands that belong to none of the apps a person installs. The named packages'
// names are first names, by which the app is known; those of relatives and alternatives (x-www-browser) are second
// ones, so that two apps which both bring them go together without a question. What a recipe does not list and the
// app's id does not own, among names of buses and services, is left out with a finding: such names reach into other
// programs.
#pragma once

#include "build/finding.hpp"
#include "build/module_files.hpp"
#include "build/recipe.hpp"

#include <vector>

namespace qpkg::build {

/// What becomes of a name of a bus or service that is neither of the app's id nor listed by the recipe.
enum class UnlistedNames {
    left_out, ///< with a finding
    listed,   ///< for a recipe that qpkg writes: the packages ship the name
};

struct ExportChoice {
    std::vector<Export> exports; ///< in no particular order
    std::vector<Finding> findings;

    friend bool operator==(const ExportChoice&, const ExportChoice&) = default;
};

/// Commands, desktop entries with their icons, D-Bus services, system services and MIME types of the named packages and
/// their relatives, and alternatives that lead to their files; or those commands and desktop entries that the recipe
/// names. The services that it asks to start, too. Second names are those of relatives, alternatives, icons, files of
/// MIME types, names of buses that others rely on, and what the recipe says. What may not be exported becomes a
/// finding. Error not_found for a command, desktop entry, service, second or other name that the recipe says and the
/// module does not have.
ExportChoice plan_exports(const Recipe& recipe, const ModuleFiles& files,
                          UnlistedNames unlisted = UnlistedNames::left_out);

} // namespace qpkg::build
