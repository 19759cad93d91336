// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a lock file names bytes and not versions. A version can be built twice. A module must come out the same on
// another machine a month later, and rebuilders must be able to say so: that takes the hash of each package file, and
// the base's commit. The text has one spelling for one value, so that its own hash can stand in a manifest.
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

inline constexpr std::size_t largest_lock = 4 * 1024 * 1024; ///< bytes

/// `module.lock`: exactly what a module was built from. The text has one spelling for one value:
///
///     qpkg-lock 1
///     base debian-12 <commit>
///     epoch <seconds since 1970>
///     package <name> <version> <arch> <sha256> <size> <uri>
///
/// with the packages ascending by name and architecture, each name and architecture once, at least one, every line
/// ended by one LF.
struct Lock {
    BaseId base;
    CommitId base_commit;
    std::int64_t epoch; ///< SOURCE_DATE_EPOCH of the build: when the newest of the packages was made
    std::vector<LockedPackage> packages;

    friend bool operator==(const Lock&, const Lock&) = default;
};

/// Whatever the order of `lock.packages`.
std::string encode_lock(Lock lock);

/// Errors: corrupt "<file>:<line>: expected …", unsupported (a newer format).
Lock parse_lock(std::string_view text, std::string_view file);

} // namespace qpkg::build
