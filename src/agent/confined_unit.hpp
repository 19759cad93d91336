// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a confined service has a unit that we write. A drop-in over the module's own unit cannot confine it:
// `ExecStart=+`, `StandardOutput=append:/etc/passwd`, `LoadCredential=` or `Conflicts=` act as root before or beside
// whatever a drop-in says. So the module's unit is read, and only settings from a list of harmless ones are kept. What
// is not on the list is dropped without a word, for most such settings only tune; what cannot work without more rights,
// like a program to be started as root, is refused, so that nobody runs half of a service. The confinement itself is a
// drop-in, which comes last.
#pragma once

#include "qpkg/model/id.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::agent {

/// A folder that systemd makes for a service, and gives to its user with all that is in it.
struct ServiceFolder {
    std::string parent; ///< "var/lib", "var/cache", "var/log", "run"
    std::string name;   ///< the first part of what the unit asks for

    friend auto operator<=>(const ServiceFolder&, const ServiceFolder&) = default;
};

struct ConfinedUnit {
    std::string bytes;
    std::vector<ServiceFolder> folders;
};

/// A module's unit (systemd.syntax(7)) made into one that can do nothing but run its programs: of what it says only
/// settings stay that give no rights, name no file that systemd opens itself, and touch no other unit. Normative text:
/// repo-format/guest/exports.md. Errors: corrupt "line 3: …" (not of that form), unsupported "line 3: …" (it cannot
/// work without more rights: a program to be started as root, a folder that is not the app's by its name).
ConfinedUnit confined_unit(std::string_view bytes, const AppId& app, std::string_view name);

/// Who a confined service is while it runs.
enum class ServiceUser {
    made,  ///< by systemd, for as long as it runs
    known, ///< an account of the app, which the qube keeps
};

/// What confines it, for a drop-in: these settings come last, whatever the unit says. `user` is no account of the base.
std::string confinement(std::string_view user, ServiceUser kind = ServiceUser::made);

/// An account name for the service. Two services may have one by chance; the caller compares.
std::string user_of_service(std::string_view name);

} // namespace qpkg::agent
