// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a whole view is a root and not trees over one. An app that brings its own libc, shell and /usr brings more than
// four trees: what is a link in the base may be a folder in the module and the other way round, and places that no base
// has (/app) have nothing to be bound to. So who enters gets the module's volume as root, with the qube's own folders
// mounted in it, by a pivot: in a chroot no user namespace can be made, and with it no other app started.
//
// The root that it was entered from stays at <run>/outside, in that mount namespace alone. Who starts another app from
// here goes back to it first: the other app's view stands on the qube, not on this one. A private view shows the same
// root to its app, so nothing becomes visible by that.
//
// What the qube has in /etc is shown by links to its kept base: names, name servers, the time zone. They follow what
// the qube changes later, and nothing has to be mounted over files of the module.
#pragma once

#include "agent/extensions.hpp"
#include "agent/qube_paths.hpp"

namespace qpkg::agent {

/// Of an app that brings its own root, as `enter_whole_view` finds it:
///   <view>/root      the module's volume, read-only
///   <view>/etc       its /etc with what the qube has of its own
///   <view>/made-etc  the latter
/// Error corrupt when the module is no such tree; what was mounted until then is the caller's to remove.
void compose_whole_view(const QubePaths& layout, const AppId& app, const ViewExtensions& extensions);

/// Makes the view the root of this mount namespace, which is the caller's own, with the qube's own folders in it.
void enter_whole_view(const QubePaths& layout, const AppId& app);

/// In a whole view: makes the root that it was entered from the root again. Else nothing.
void leave_whole_view(const QubePaths& layout);

} // namespace qpkg::agent
