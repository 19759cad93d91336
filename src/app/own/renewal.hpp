// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a machine signs its own repository again without being asked. Signed metadata expires so that nobody can hold
// back news, and here that somebody would be its owner, who thinks of it once in a year. So whatever changes something
// looks first whether a role has passed half of its life, the root included, and signs that again. A clock that is
// plainly wrong signs nothing: what it dated would be believed for years.
#pragma once

#include "app/own/own_place.hpp"

#include <optional>
#include <string>

namespace qpkg::app {

/// Whether a role of the machine's own repository has less than half of its time left; never where it is no publisher.
/// Opens no key. Errors: failed (a clock that is plainly wrong), as `publish`.
bool is_renewal_due(World& world);

/// Signs those roles again. Errors as above.
void renew_own(World& world, const std::optional<std::string>& passphrase, const std::string& command);

} // namespace qpkg::app
