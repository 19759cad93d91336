// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/publish/publish.hpp"
#include "repo-format/repo/roles.hpp"

#include "qpkg/ports/packing.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Decisions of a publisher on values.
namespace qpkg::app {

inline constexpr std::size_t largest_input = 16 * 1024 * 1024;           ///< bytes of a recipe or lock file
inline constexpr std::size_t largest_kept_input = std::size_t{2} << 30U; ///< bytes of a package file

/// A directory that `qpkg build` made.
struct BuiltModule {
    std::filesystem::path directory;
    Release draft; ///< sequence 0
};

/// Errors: not_found, corrupt (manifest malformed, recipe or lock file not what it names), conflict (two of one app,
/// architecture and channel).
std::vector<BuiltModule> read_modules(const std::vector<std::filesystem::path>& directories);

/// The details and owners of a module, packed, as the repository will serve them. Error corrupt when they are not what
/// the draft names, or what a client or mirror would refuse.
struct PackedTables {
    std::string details;
    std::string owners;
};
PackedTables read_tables(const BuiltModule& module, const Unpack& unpack);

/// Hashes of the package files that a lock file names. That it is one was seen when its hash was compared with what the
/// manifest pins; its whole grammar is the builder's (src/build/lock.hpp).
std::vector<Digest> packages_in_lock(const std::string& lock);

/// The newest release of one app, architecture and channel in a publisher's list.
struct LatestRelease {
    std::uint64_t sequence; ///< the highest ever given, also when that release was withdrawn; 0 when there was none
    std::string path;       ///< of the newest that is listed, empty when there is none
};
LatestRelease latest_release(const tuf::Targets& publisher, const Release& like);

/// Paths of the listed releases of the same app, architecture and channel with a lower sequence, newest first.
std::vector<std::string> releases_before(const tuf::Targets& publisher, const Release& release);

/// True when publishing `draft` would tell users nothing new: only the order, transfer sizes, compressed bytes, deltas
/// and inputs may differ.
bool is_same_release(const Release& published, Release draft);

/// `published`: seconds since 1970.
tuf::Target list_entry(const Release& release, const std::string& manifest, std::int64_t published);
/// As the list says it; empty where it says none.
std::string version_of(const tuf::Target& target);

/// Takes releases off the list; their sequence numbers are never given again. Error not_found when nothing matches.
std::vector<std::string> take_off(tuf::Targets& publisher, const Withdrawal& withdrawal);

} // namespace qpkg::app
