// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "build/lock.hpp"

#include <span>
#include <string>
#include <vector>

namespace qpkg::build {

/// A package of which the distribution offers another version, or file, than a lock names.
struct MovedPackage {
    std::string name;
    std::string from; ///< version; empty: it is new
    std::string to;   ///< empty: it is no longer needed
    bool is_security_fix;

    friend bool operator==(const MovedPackage&, const MovedPackage&) = default;
};

/// What a build of the same packages would take in place of the locked ones; ascending by name. Pure.
std::vector<MovedPackage> moved_packages(const Lock& lock, std::span<const OfferedPackage> offered);

} // namespace qpkg::build
