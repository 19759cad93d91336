// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why only services that may start are placed at all. systemd starts a unit when any other unit wants it by its name. A
// unit that is there and disabled can therefore be started by somebody who knows that name. What nobody allowed does
// not exist in the qube. A unit takes no name that the qube or an earlier app has, and no account and no folder that
// somebody has already: systemd would hand over what is in there.
#pragma once

#include "agent/exporting.hpp"
#include "agent/permissions.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace qpkg::agent {

inline constexpr std::size_t largest_unit = 256 * 1024; ///< bytes

/// A service of an app as a unit of the qube's systemd.
struct ServiceUnit {
    std::string release; ///< the line the app's volume was announced with: another one is another release
    ServiceRights rights;
    std::string bytes;   ///< the module's unit; what a confined one may say of it
    std::string drop_in; ///< what makes it run in the app's view, and confines it

    friend bool operator==(const ServiceUnit&, const ServiceUnit&) = default;
};

struct PlannedServices {
    std::map<std::string, ServiceUnit> units; ///< by name
    std::set<unsigned> accounts;              ///< of apps, that units run as: the qube must know them
    std::vector<std::string> problems;        ///< what may not or cannot start although somebody said so, and why
};

/// The services that shall run: those that the host announced or the user of the qube allows, without those that he
/// denies. Others are no units of the qube at all, so nothing in it can start them by their name. None takes a name
/// that the qube or an app before it has. Reads the units from the mounted volumes.
PlannedServices plan_services(const QubePaths& layout, const std::vector<AppExports>& apps,
                              const Permissions& permissions);

/// What the user of the qube says in the files that the layout names; a problem for each line that makes no sense.
Permissions read_permissions(const QubePaths& layout);

} // namespace qpkg::agent
