// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why retention is computed from what releases say of each other. A count and an age alone would drop a base on which a
// listed app stands, and nobody could make a qube of it, or the last app that a listed plug-in fits. So what is kept
// keeps what it needs.
#pragma once

#include "repo-format/repo/roles.hpp"

#include "qpkg/model/release.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace qpkg::app {

/// Of each app, architecture and channel: the newest so many, and what was published since so many days.
struct Retention {
    std::size_t releases = 3;
    std::uint64_t days = 90;
};

/// What retention looks at of a release.
struct ReleaseAge {
    std::string path; ///< of the target; empty: it is published now
    std::string app;
    std::string line; ///< app, architecture and channel
    std::uint64_t sequence;
    std::int64_t published;         ///< seconds since 1970; 0: nobody knows, long ago
    std::vector<std::string> gives; ///< what others name: "base <commit>", "point <name> <abi>"
    std::vector<std::string> needs; ///< of the same
};
ReleaseAge age_of_release(const std::string& path, const tuf::Target& target, const Release& release);
ReleaseAge age_of_release(const std::string& path, std::int64_t published, const Release& release);

/// Paths of what goes off the list; ascending. Pure.
std::vector<std::string> retired(const std::vector<ReleaseAge>& list, const Retention& retention, std::int64_t now);

} // namespace qpkg::app
