// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why not simply all that is recommended. apt's own way takes what each package of the closure recommends, and what
// that recommends in turn: a chat program comes with an office suite's dictionaries. What the packages recommend that
// somebody named is what their maintainers think of when they say "works": krita's Python, a toolkit's settings.
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace qpkg::apt {

/// What the packages that are `asked` for recommend and the base, whose packages are `there`, does not meet: of
/// alternatives the first name that the package sources have (`known`). Ascending, each once.
std::vector<std::string> recommended_names(const std::map<std::string, InstalledPackage>& asked,
                                           const std::map<std::string, InstalledPackage>& there,
                                           const std::set<std::string>& known);

} // namespace qpkg::apt
