// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"

#include <vector>

namespace qpkg::app {

/// What keeps volumes from qubes, or will: missing images, a store that copies, what the backend finds. Changes
/// nothing.
std::vector<HostFault> diagnose(World& world);

} // namespace qpkg::app
