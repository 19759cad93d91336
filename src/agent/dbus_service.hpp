// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace qpkg::agent {

/// A module's service file of the session bus (D-Bus Specification, "Message Bus Starting Services") made into one for
/// the qube: the program runs in the app's view (`runner` --view=APP …), and nothing but name and program is kept: a
/// user's systemd knows no unit of the module. Error corrupt "line 3: …": not of that form, of another name than
/// `name`, or without a program.
std::string dbus_service_for_the_qube(std::string_view bytes, const std::string& name, const AppId& app,
                                      const std::filesystem::path& runner);

} // namespace qpkg::agent
