// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a disk is mounted only through dm-verity, where the kernel has it. The announcement comes from the host, the disk
// too, but over different ways; a mistake of the host or a damaged image would otherwise go unseen. With dm-verity each
// block is checked when it is read, against the root that was announced. Only the superblock is read before, to know
// how large the image is: a fixed place, parsed under strict rules. Without dm-verity the host is believed, since there
// is nothing else to believe.
//
// A composed volume is mounted once, at a place of its own, and each app's part is bound from there.
#pragma once

#include "agent/announcements.hpp"
#include "agent/qube_paths.hpp"

#include <vector>

namespace qpkg::agent {

/// Shows an announced app's tree at its place, read-only: the volume on its disk, or the app's part of a composed one,
/// which is mounted once. Where the kernel has dm-verity no byte is seen that the root does not vouch for. Where it has
/// not, the disk must look like a volume, and what is in it is taken on the host's word. There already is success.
/// Error corrupt when the disk holds something else, not_found when the host was to mount the volume and has not.
void mount_volume(const QubePaths& layout, const Announced& announced);

/// Lets go of composed volumes that are not announced any more.
void leave_composed_volumes(const QubePaths& layout, const std::vector<Announced>& announced);

/// What the view of the app stands on: the qube's own base, or an older one, from its disk where the host has not
/// mounted it. Errors as `mount_volume`.
fs::path base_of_view(const QubePaths& layout, const Announced& announced);

/// Lets go of bases on which no announced view stands.
void leave_older_bases(const QubePaths& layout, const std::vector<Announced>& announced);

} // namespace qpkg::agent
