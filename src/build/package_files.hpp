// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/foreign_tree.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// What dpkg's state says of the packages that an installation brought.
struct PackageFiles {
    std::multimap<std::string, std::string, std::less<>> owners; ///< path, after the merge into /usr → package
    std::set<std::string> scripted;                              ///< packages with scripts that ran

    bool lists(std::string_view path) const { return owners.contains(path); }
    std::vector<std::string> of(const std::string& package) const;
    /// Who may have put something at `path`, in words.
    std::string suspects(const std::string& path) const;
};

PackageFiles read_package_files(const ForeignTree& changes);

} // namespace qpkg::build
