// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "plan/fit.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct BaseCheck {
    std::string site; ///< a directory or http(s) URL
    /// A directory that `base build --out` made: it counts as the newest release of its base. Nothing: what the site
    /// has.
    std::optional<std::filesystem::path> base;
};

/// One release of an app, and the newest release of its base.
struct CheckedFit {
    AppId app;
    Channel channel;
    Arch arch;
    std::string version;
    std::uint64_t sequence;
    BaseId base;
    std::string base_version = {};   ///< empty when there is no release of it
    std::uint64_t base_sequence = 0; ///< 0: not published yet
    std::vector<plan::Misfit> misfits = {};
    std::string problem = {};                 ///< why it could not be checked; empty: it was
    std::optional<CommitId> base_commit = {}; ///< of the release of its base that it was compared with
    std::size_t tests = 0;                    ///< of its recipe, that were run
    std::string failure = {};                 ///< of the first of them that failed, in words
};

/// Every release of an app that a site lists, ascending by app, channel, architecture and sequence; each beside the
/// newest release of its base of that architecture. Nothing is believed that a client would refuse. Errors: those of
/// reading a site; not_found (no manifest in the directory), corrupt (its tables are not what it names), usage (it
/// holds no base).
std::vector<CheckedFit> check_bases(World& world, const BaseCheck& request);

} // namespace qpkg::app
