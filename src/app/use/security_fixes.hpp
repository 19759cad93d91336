// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a fix is told by two tables and by no version. Which release of a distribution is newer is its package manager's
// to say; which vulnerabilities a changelog names is in the details of each release, and dom0 can compare two lists.
#pragma once

#include "app/use/catalog.hpp"

#include "qpkg/model/details.hpp"

#include <map>
#include <string>
#include <vector>

namespace qpkg::app {

/// The details of releases that are here or offered, each brought once.
class OfferedDetails {
public:
    OfferedDetails(const World& world, Catalog& catalog) : world_(world), catalog_(catalog) {}

    /// What `newer` mends of what `older` has, see plan::newly_mended; a warning where the details of `older` are lost.
    /// Errors: those of `engine::fetch_details`.
    std::vector<std::string> mended(const KnownRelease& older, const KnownRelease& newer);

    /// What was brought, raw, by its hash.
    const std::map<Digest, std::string>& brought() const noexcept { return brought_; }

private:
    Details details_of(const KnownRelease& known);

    const World& world_;
    Catalog& catalog_;
    std::map<Digest, std::string> brought_;
};

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
