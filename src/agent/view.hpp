// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/layout.hpp"

#include "qpkg/model/release.hpp"

#include <vector>

/// The view of one app, as `qpkg-run` finds it:
///   <view>/usr, opt, etc, var/lib   what the app sees there
///   <view>/commands/NAME            a link to the program's path in the view
///   <view>/announced                the line the volume was announced with; written last, so a view that has it is
///   whole
namespace qpkg::agent {

/// Binds the qube's own trees to `layout.base()`, once and before anything covers them.
void keep_base(const Layout& layout);

/// Mounts the private view of an app whose volume is mounted: base plus module, read-only. What is mounted inside the
/// base's trees (resolv.conf, /usr/local) is there too. Error corrupt when the module is no tree, conflict when the
/// base has no place for a part of it; what was mounted until then is the caller's to remove.
void compose_private_view(const Layout& layout, const AppId& app);

void write_commands(const Layout& layout, const AppId& app, const std::vector<Export>& exports);

/// Unmounts and removes whatever there is of the view. Programs that run in it keep it until they end.
void remove_view(const Layout& layout, const AppId& app);

} // namespace qpkg::agent
