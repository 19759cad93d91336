// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <map>
#include <set>
#include <span>
#include <string>

namespace qpkg::build {

/// Who of some packages meets what another requires. Versions are not compared: the package manager did.
class Providers {
public:
    explicit Providers(std::span<const InstalledPackage> packages);

    /// The names of those that are one of the alternatives, or answer to its name.
    std::set<std::string> of(const Alternatives& wanted) const;

private:
    std::multimap<std::string, std::string> by_name_; ///< what somebody may require → package
};

} // namespace qpkg::build
