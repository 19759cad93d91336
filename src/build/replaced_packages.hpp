// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a build never replaces a package of the base. A view shows the base's files with the module's before them: of a
// package in two versions it would show one version's new files and the other's old ones, and every program of the base
// would meet them. What the base's next version brings is the base's to bring.
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <span>
#include <string>
#include <vector>

namespace qpkg::build {

/// A package of the base in another version than the one that an installation needs.
struct ReplacedPackage {
    std::string name;
    std::string needed;
    std::string there;

    friend bool operator==(const ReplacedPackage&, const ReplacedPackage&) = default;
};

/// Those of the base's packages `there` that `installed` has in another version; ascending.
std::vector<ReplacedPackage> replaced_packages(std::span<const InstalledPackage> there,
                                               std::span<const InstalledPackage> installed);

/// "libthing 1.1 needed, 1.0 there", a few of them.
std::string in_words(std::span<const ReplacedPackage> packages);

/// Error conflict with both versions and the next step where one is replaced.
void refuse_replacements(std::span<const InstalledPackage> there, std::span<const InstalledPackage> installed);
/// The same, of what was chosen, before anything is installed.
void refuse_replacements(std::span<const InstalledPackage> there, std::span<const LockedPackage> chosen);

} // namespace qpkg::build
