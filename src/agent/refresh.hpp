// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one function serves the start and every change. It makes the qube what is announced, whatever it was before, and
// may be cut short at any point. So a boot, a hot change and a repair are the same code. Its order: services of
// releases that go are stopped while their views still stand; views and volumes that are not announced go, so that
// their disks are free; new ones are mounted and composed; then names are given out over all apps; last, services are
// settled.
//
// Extensions come before the apps whose views are made with them. An app is composed anew when one of its own comes or
// goes, or one with fonts.
//
// The line a view was made from is written into it last. A view without that line is not whole and is made anew. What
// goes wrong with one app is told and skipped: the others must work, for the qube may be starting.
#pragma once

#include "agent/announcements.hpp"
#include "agent/qube_paths.hpp"

#include <string>
#include <vector>

namespace qpkg::agent {

struct RefreshReport {
    std::vector<AppId> present;        ///< apps whose views are there now, ascending
    std::vector<std::string> problems; ///< what was skipped, and why; the rest works
    std::vector<std::string> notes;    ///< what gave way to the qube's own: nothing is wrong with that
};

/// Makes the qube's views and exports those of the announced volumes: mounts and composes what is new or another
/// release, removes what nobody announces any more, leaves the rest alone. May be repeated and may be cut short: the
/// next one puts things right. A volume that cannot be used is skipped and hinders no other.
RefreshReport refresh(const QubePaths& layout, const Announcements& announcements);

/// The lines of the volumes that are composed, ascending by app.
std::vector<std::string> shown_apps(const QubePaths& layout);

} // namespace qpkg::agent
