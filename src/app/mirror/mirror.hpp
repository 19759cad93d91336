// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the pointer is written last. A reader of a mirror begins with timestamp.json. Everything that it leads to has
// another name than what was there before, so new files hurt nobody, and the moment the pointer changes is the moment
// the mirror is new. Killed anywhere before, it is the old mirror with some files more, which the next run uses.
//
// Locations are asked in turn, each for the whole: files of two servers that are at different versions do not fit
// together.
#pragma once

#include "app/world.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct MirrorRequest {
    std::vector<std::string> from; ///< locations of one repository, asked in turn until one serves it whole
    std::filesystem::path to;
    std::optional<std::string> fingerprint;   ///< that a root of it must have
    std::vector<std::string> apps;            ///< as typed; empty: all, or what the inventories have
    std::vector<std::string> channels;        ///< empty: all
    std::vector<std::filesystem::path> fleet; ///< inventories: the newest releases of what any of them has
    bool newest = false;                      ///< leave out releases that a newer one of the same line replaces
    bool inputs = false;                      ///< with the packages that releases were made of, where they are kept
    std::string command;
};

struct MirrorReport {
    std::string source; ///< which location served it
    std::string fingerprint;
    bool first;   ///< there was no mirror before: the fingerprint was seen for the first time
    bool changed; ///< something was written
    std::uint64_t index;
    std::int64_t expires; ///< seconds since 1970
    std::uint64_t releases;
    std::uint64_t fetched_objects;
    std::uint64_t fetched_bytes;
    std::uint64_t pruned = 0;         ///< bytes of releases that were listed long ago
    std::vector<std::string> skipped; ///< locations that failed, with the reason
};

/// Makes the directory a repository with the same metadata, byte for byte, verified as its clients would, and the
/// chosen releases, every object checked. The pointer (timestamp.json) is written last; what an interrupted run brought
/// is used by the next. Never goes back behind what the mirror has. Errors: that of the last location when none served.
MirrorReport sync_mirror(World& world, const MirrorRequest& request);
/// What it would hold then, as far as metadata and manifests tell: objects are neither fetched nor looked for.
MirrorReport plan_mirror(World& world, const MirrorRequest& request);

struct MirroredRelease {
    std::string app;
    std::string version;
    std::string channel;
    std::uint64_t sequence;
    bool present;        ///< false: listed, but left out of a partial mirror
    std::string problem; ///< empty: as it was signed
};

struct MirrorVerdict {
    std::string fingerprint;
    std::uint64_t index;
    std::int64_t expires;
    std::vector<MirroredRelease> releases;
};

/// Reads a mirror, or any repository directory, as clients do, and hashes every object of what it has.
MirrorVerdict verify_mirror(World& world, const std::filesystem::path& directory);

} // namespace qpkg::app
