// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a missing database is not a new one. To `gc`, volumes beside an empty database are garbage, all of them. So an
// empty database with content beside it is a loss: everybody is told, and what removes by the absence of a row refuses.
// The mark `unrecorded` is needed because the first row that is written afterwards would make the database look right
// again.
#pragma once

#include "app/world.hpp"

#include <optional>
#include <string>

/// A state directory whose database was lost: volumes, objects and qubes are there, and nothing says what they are for.
namespace qpkg::app {

/// In words; nothing when the database knows something, or there is nothing to be known.
std::optional<std::string> find_loss(const World& world);

/// Remembers that the database was made anew beside what is there, until `restore` has recorded that, or the user has
/// said that it may go.
void mark_loss(const World& world);
void forget_loss(const World& world);

/// For whoever removes what no row names. Error conflict.
void require_no_loss(const World& world);

} // namespace qpkg::app
