// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "build/recipe.hpp"

#include <optional>
#include <string>

namespace qpkg::build {

/// What is wrong with it; nothing: it can be a unit.
std::optional<std::string> complaint_about(const OwnService& service);

/// "org.postgresql.service": the unit of an app whose packages have none that a qube can start.
std::string own_service_name(const AppId& app);

/// The unit's text (systemd.service(5)). No word of the command means anything to systemd.
std::string own_service_unit(const AppId& app, const OwnService& service);

} // namespace qpkg::build
