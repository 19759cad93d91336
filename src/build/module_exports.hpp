// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why exports are chosen from the packages that the recipe names. A closure of a hundred packages brings hundreds of
// commands that belong to none of the apps a person installs. Shown, they would contend for names with other apps. What
// a recipe does not list and the app's id does not own, among names of buses and services, is left out with a finding:
// such names reach into other programs.
#pragma once

#include "build/finding.hpp"
#include "build/recipe.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace qpkg::build {

/// What becomes of a name of a bus or service that is neither of the app's id nor listed by the recipe.
enum class UnlistedNames {
    left_out, ///< with a finding
    listed,   ///< for a recipe that qpkg writes: the packages ship the name
};

/// What exports are chosen from. All paths absolute, and of the module's tree.
struct ModuleFiles {
    std::set<std::string> all;                  ///< files and symbolic links of the module
    std::set<std::string> own;                  ///< those of the packages the recipe names
    std::map<std::string, std::string> desktop; ///< contents of the desktop entries among `own`
    std::map<std::string, std::string> links;   ///< symbolic links in the command directories: path → target
};

struct ExportChoice {
    std::vector<Export> exports; ///< in no particular order
    std::vector<Finding> findings;

    friend bool operator==(const ExportChoice&, const ExportChoice&) = default;
};

/// Commands, desktop entries with their icons, D-Bus services, system services and MIME types of the named packages, or
/// those commands and desktop entries that the recipe names, and the services that it asks to start. Icons and files of
/// MIME types are second names, as what the recipe says of others. What may not be exported becomes a finding. Error
/// not_found for a command, desktop entry, service, second or other name that the recipe says and the module does not
/// have.
ExportChoice plan_exports(const Recipe& recipe, const ModuleFiles& files,
                          UnlistedNames unlisted = UnlistedNames::left_out);

} // namespace qpkg::build
