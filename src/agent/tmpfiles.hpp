// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a module gets only folders that nobody else has. /run, /var/cache and /var/log are the qube's own, seen by all
// its programs: a folder there that the base makes, or another app has, is found by name by whoever trusts that name.
// So the first folder is whose came first, the base before all, and which app that is stands below /run/qpkg/tmpfiles.
// Everything is made through descriptors that follow no link: what lies in such a folder may be its user's by now.
#pragma once

#include "agent/qube_paths.hpp"

#include <string>
#include <vector>

namespace qpkg::agent {

/// Makes what the tmpfiles.d files of an app with a view ask for and is not there (repo-format/guest/tmpfiles.hpp);
/// what is there stays as it is. May be repeated. Returns what was not made: "runner.conf line 3: type z: …".
/// `state` are the folders of /var/lib that its view shows.
std::vector<std::string> make_tmpfiles(const QubePaths& layout, const AppId& app,
                                       const std::vector<std::string>& state);

/// The first folders that are the app's, ascending: "/run/postgresql".
std::vector<std::string> folders_of(const QubePaths& layout, const AppId& app);

} // namespace qpkg::agent
