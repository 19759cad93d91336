// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why each app sees the base and itself, in a mount namespace of its own. Merged into the qube's /usr, a library of an
// app would be loaded by the base's programs, those of root too, and two apps would overwrite each other. In a view, an
// app finds what it was built and tested with; no other app is there. Only /usr, /opt, /etc and /var/lib can be added
// to, so a volume that holds anything else is refused rather than shown in part.
//
// The base's trees are bound aside once, before anything covers them: a view that is composed later must stand on the
// base and not on another view.
#pragma once

#include "agent/extensions.hpp"
#include "agent/qube_paths.hpp"

#include "qpkg/model/release.hpp"

#include <vector>

/// The view of one app, as `qpkg-run` finds it; one with a root of its own is whole_view.hpp's:
///   <view>/usr, opt, etc, var/lib   what the app sees there
///   <view>/commands/NAME            a link to the program's path in the view
///   <view>/announced                the line the volume was announced with; written last, so a view that has it is
///   whole
namespace qpkg::agent {

/// Binds the qube's own trees to `layout.base()`, once and before anything covers them.
void keep_base(const QubePaths& layout);

/// Mounts the private view of an app whose volume is mounted: base plus module, read-only, and below both the
/// extensions of its points, and all locales. Its fontconfig is told of all fonts. What is mounted inside the base's
/// trees (resolv.conf, /usr/local) is there too, and what the qube replaces in its /etc is followed (followed_etc.hpp).
/// `state` names folders that /var/lib shall have, to mount on. Error corrupt when the module is no tree, conflict when
/// the base has no place for a part of it; what was mounted until then is the caller's to remove.
/// `base` is what lies below the module: the qube's own base, or an older release of it, of which then only what says
/// nothing of the qube is seen (followed_etc.hpp). Error unsupported where an older one is no merged root.
void compose_private_view(const QubePaths& layout, const AppId& app, const fs::path& base,
                          const ViewExtensions& extensions = {}, const std::vector<std::string>& state = {});

void write_commands(const QubePaths& layout, const AppId& app, const std::vector<Export>& exports);

/// Unmounts and removes whatever there is of the view. Programs that run in it keep it until they end.
void remove_view(const QubePaths& layout, const AppId& app);

} // namespace qpkg::agent
