// SPDX-License-Identifier: LGPL-2.1-or-later
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

/// Those of the base's packages `there` that `installed` has in another version and to which one of the `removed` paths
/// belonged; ascending.
std::vector<ReplacedPackage> replaced_packages(std::span<const InstalledPackage> there,
                                               std::span<const InstalledPackage> installed,
                                               std::span<const std::string> removed);

/// "libthing 1.1 needed, 1.0 there", a few of them.
std::string in_words(std::span<const ReplacedPackage> packages);

} // namespace qpkg::build
