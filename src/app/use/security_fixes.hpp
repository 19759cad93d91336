// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a fix is told by two tables and by no version. Which release of a distribution is newer is its package manager's
// to say; which vulnerabilities a changelog names is in the details of each release, and dom0 can compare two lists.
#pragma once

#include "app/use/catalog.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// A newer release that is known here and offered, and mends something of what a qube has.
struct WaitingFix {
    QubeName qube;
    AppId app;
    std::string from; ///< version
    std::string to;
    std::vector<std::string> ids; ///< ascending, at least one
};

/// Of all qubes, ascending by qube and app. Offline: of releases that were imported or downloaded, and whose details
/// are here. Held apps are among them.
std::vector<WaitingFix> waiting_fixes(const World& world, const Snapshot& snapshot, const Catalog& catalog);

} // namespace qpkg::app
