// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why statements are kept once they were seen. A mirror can withhold a statement, but not forge one. So what was read
// is kept beside the metadata, and counts later, too: a dissent cannot be made unsaid by the next mirror. A rebuilder
// whose key signs for the repository itself does not count: it would vouch for its own work.
#pragma once

#include "app/world.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the rebuilders that the user trusts say about a release.
namespace qpkg::app {

struct RebuildState {
    RebuildPolicy policy;
    RebuildVerdict verdict;
    std::size_t trusted; ///< organisations that the user named
    std::vector<std::string> notes;

    std::string words() const;
};

/// What the user wants of rebuilders of this release; null where the policy of its namespace is off.
const RebuildPolicy* rebuild_policy(const Repository& repository, const KnownRelease& release);

/// Nothing where the policy of the release's namespace is off. Statements are read through `from`; what was read is
/// kept, so that one that a mirror withholds later still counts. Without `from` only what was kept is looked at.
std::optional<RebuildState> rebuild_state(World& world, const Repository& repository, const KnownRelease& release,
                                          Fetcher* from);

/// "name version: reproduced by …" for each release of the qubes whose rebuilders do not agree, from what is kept.
std::vector<std::string> installed_dissent(World& world, const Snapshot& snapshot);

} // namespace qpkg::app
