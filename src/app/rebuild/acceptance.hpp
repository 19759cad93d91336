// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why whoever signs builds nothing. Scripts of packages run where a module is built, and a key beside them is theirs.
// So two machines build, neither of which can sign, and a third compares what they send: the same bytes twice, of the
// app and for the base that were asked for, with no more names and services than were granted. What comes is a
// stranger's: it is received under limits, unpacked as archives from outside are, hashed object by object and judged by
// the rules for trees, before a file of it is looked at.
#pragma once

#include "app/import/incoming.hpp"
#include "app/world.hpp"

#include "qpkg/model/release.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qpkg::app {

/// What somebody asked to be built.
struct AskedFor {
    AppId app;
    BaseId base;
    std::set<std::string> first_names = {}; ///< that it may ask for with the word of its recipe
    std::set<std::string> services = {};    ///< units, and "first-start"
};

/// Why a release is not what was asked for; nothing: it is. Pure.
std::optional<std::string> complaint_about(const Release& draft, const AskedFor& asked);

struct AcceptRequest {
    std::vector<std::string> builds; ///< files, pipes or "-": each a tar of a directory that `qpkg build` left
    AskedFor asked;
    std::filesystem::path out; ///< receives `<app-id>/`, for `publish`
    Patience patience = {};
    std::uint64_t largest = std::uint64_t{8} << 30U; ///< bytes of each
};

struct AcceptReport {
    Release release;
    std::filesystem::path directory;
};

/// Errors: usage (fewer than two builds), conflict (they differ; not what was asked for), untrusted (its tree breaks a
/// rule), corrupt, no_space (more than `largest`), failed (a sender out of patience).
AcceptReport accept_builds(World& world, const AcceptRequest& request);

} // namespace qpkg::app
