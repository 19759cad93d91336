// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why some caches have a name for each view. Views of one qube share a home, and a cache there is found by its path.
// Most say of each file what it was, and times in volumes are true; these two do not (tests/apps/README.md has the
// others):
// * KDE's table of services is believed while no folder is newer than when it was made. A folder's time in a volume is
// a
//   checksum, so another app's table is believed by chance. Its name has a checksum of XDG_DATA_DIRS: one entry there,
//   where nothing is, tells views apart. *Not taken:* KDESYCOCA, whose file all languages and versions would share.
// * GStreamer keeps what a plug-in said of itself, and does not see that its libraries or drivers are others now.
#pragma once

#include "agent/qube_paths.hpp"

#include <functional>
#include <optional>
#include <string>

namespace qpkg::agent {

/// 16 hex digits that say what the view of `app` is made of: its release, its extensions, the base. Nothing where there
/// is no whole view.
std::optional<std::string> identity_of_view(const QubePaths& layout, const AppId& app);

/// `list` (parts with colons) with the entry of that view at its end, and of no other view.
std::string with_identity(const std::string& list, const std::string& identity);

/// Where GStreamer keeps its registry for that view. Nothing where there is no home, or the user chose a place.
/// `environment` finds a variable; empty when it is not set.
std::optional<std::string> own_registry(const std::function<std::string(const char*)>& environment,
                                        const std::string& identity);

} // namespace qpkg::agent
