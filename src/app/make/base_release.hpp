// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include "qpkg/model/release.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// A base that was made, and what it was made of.
struct MadeBase {
    Base base;
    CommitSummary commit;
    std::int64_t epoch;                ///< of its commit
    std::string distribution;          ///< by its os-release, for people: "Debian GNU/Linux 12 (bookworm)"
    std::string version;               ///< of that: "12"; may be empty
    std::string made_of;               ///< the base of a distribution: "debian-12"; empty: a tar
    std::vector<std::string> packages; ///< asked for besides
    std::optional<Digest> agent;       ///< of the files of qpkg's that it received
    std::string details;               ///< raw, as owners
    std::string owners;
};

/// Lays a base down for `publish`, as `<out>/<id>/` with the files that `qpkg build` makes of a module; what was there
/// is replaced at once. Returns that directory. Error usage when the id has no namespace, and nobody could publish it.
std::filesystem::path lay_down(World& world, const MadeBase& made, const std::filesystem::path& out);

/// Error usage as above, before the work.
AppId published_id(const BaseId& id);

} // namespace qpkg::app
