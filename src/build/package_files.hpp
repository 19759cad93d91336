// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// Whose the files of an installation are.
struct PackageFiles {
    std::multimap<std::string, std::string, std::less<>> owners; ///< path, after the merge into /usr → package
    std::set<std::string> scripted;                              ///< packages with scripts that ran

    bool lists(std::string_view path) const { return owners.contains(path); }
    std::vector<std::string> of(const std::string& package) const;
    /// Who may have put something at `path`, in words.
    std::string suspects(const std::string& path) const;
};

PackageFiles files_of(std::span<const InstalledPackage> packages);

/// Where a path is after the merge of /bin, /sbin and /lib into /usr.
std::string merged_into_usr(const std::string& path);

} // namespace qpkg::build
