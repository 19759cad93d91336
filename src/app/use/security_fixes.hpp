// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a fix is told by two tables and by no version. Which release of a distribution is newer is its package manager's
// to say; which vulnerabilities a changelog names is in the details of each release, and dom0 can compare two lists.
#pragma once

#include "app/use/known_details.hpp"

#include <map>
#include <string>
#include <vector>

namespace qpkg::app {

/// The vulnerabilities that newer releases of apps and bases mend, by the commits of these; ascending. Of two qubes
/// with different releases, what any of them lacks.
using Mended = std::map<CommitId, std::vector<std::string>>;

class SecurityFixes {
public:
    explicit SecurityFixes(KnownDetails& details) : details_(details) {}

    /// Whether the newer one mends anything. What is lost here keeps nobody from what is newer.
    bool look(const KnownRelease& older, const KnownRelease& newer);
    bool look(const Base& older, const Base& newer);

    const Mended& mended() const noexcept { return mended_; }

private:
    bool add(const CommitId& newer, const std::vector<std::string>& ids);

    KnownDetails& details_;
    Mended mended_;
};

/// A newer release that is known here and offered, and mends something of what a qube has.
struct WaitingFix {
    QubeName qube;
    std::string app;  ///< or base
    std::string from; ///< version, or release of a base
    std::string to;
    std::vector<std::string> ids; ///< ascending, at least one
};

/// Of all qubes, ascending by qube, the base before the apps. Offline: of releases that were imported or downloaded,
/// and whose details are here. What is held is among them.
std::vector<WaitingFix> waiting_fixes(World& world, const Snapshot& snapshot, Catalog& catalog);

} // namespace qpkg::app
