// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/announcements.hpp"
#include "agent/layout.hpp"

#include <vector>

namespace qpkg::agent {

/// Shows an announced app's tree at its place, read-only: the volume on its disk, or the app's part of a composed one,
/// which is mounted once. Where the kernel has dm-verity no byte is seen that the root does not vouch for. Where it has
/// not, the disk must look like a volume, and what is in it is taken on the host's word. There already is success.
/// Error corrupt when the disk holds something else, not_found when the host was to mount the volume and has not.
void mount_volume(const Layout& layout, const Announced& announced);

/// Lets go of composed volumes that are not announced any more.
void leave_composed_volumes(const Layout& layout, const std::vector<Announced>& announced);

} // namespace qpkg::agent
