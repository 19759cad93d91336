// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/qube_paths.hpp"
#include "agent/small_files.hpp"

namespace qpkg::agent {

/// In an AppVM of Qubes /usr/local lies on /rw, and there alone qubes.GetAppmenus and qubes.StartApp look for what the
/// template does not have. So /usr/local/share/applications gets a link to each desktop entry of `share`, and loses
/// those of our links whose entry is gone. Files of others stay, also when an app has one of the same name. Elsewhere
/// nothing happens.
void link_desktop_entries(const QubePaths& layout, const PlannedTree& share);

} // namespace qpkg::agent
