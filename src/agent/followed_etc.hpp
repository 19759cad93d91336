// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why some names of a view's /etc lead to the qube's own. An overlay keeps what it once found under a name. Name
// servers, time zone and certificates are replaced by new files while the qube runs, and its views would show the old
// ones to the end. A link, and a folder that is bound, lead to what is there now. What is mounted over the qube's file
// (in a local qube) is written in place and needs no link.
//
// Certificates that the owner of the qube added are in the qube's own bundle. A module may have a bundle of its own,
// which comes first in its view: there the owner's are added to it, as they are when the view is made.
#pragma once

#include "agent/qube_paths.hpp"
#include "agent/small_files.hpp"

#include <functional>

/// What of the qube's /etc its views follow.
namespace qpkg::agent {

/// For the layer of /etc that the agent makes.
PlannedTree followed_etc(const QubePaths& layout, const AppId& app);

/// Links to what the qube has in its own /etc, for a view over another root: accounts, names, name servers, machine id,
/// time zone, certificates with those that its owner added. `has_folder` says whether the root has a folder
/// ("/etc/ssl"). Links of the qube that lead to what both have lead there.
PlannedTree links_to_etc(const QubePaths& layout, const std::function<bool(const fs::path& folder)>& has_folder);

/// The same for a private view over an older release of the qube's base, with what says how names are looked up, and
/// with `followed_etc`.
PlannedTree etc_over_older_base(const QubePaths& layout, const AppId& app, const fs::path& base);

/// Shows the qube's folder of certificates in the view's /etc, where the module has none of its own.
void follow_certificates(const QubePaths& layout, const AppId& app);

} // namespace qpkg::agent
