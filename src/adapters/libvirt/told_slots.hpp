// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what a machine has and what it is told are two lists. A volume stays attached while programs use it, but what is
// said of it (names, services) may change at once, and an older release's volume is not to be announced any more.
// Volumes are therefore compared by app and root alone.
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <vector>

/// What a running machine has and what it is told of that. Volumes are compared, not what is said of them: the names of
/// their apps may have changed.
namespace qpkg::libvirt {

bool contains(const std::vector<VolumeSlot>& slots, const VolumeSlot& slot);

/// Those of `wanted` whose volume is among `there`.
std::vector<VolumeSlot> told_of(std::vector<VolumeSlot> wanted, const std::vector<VolumeSlot>& there);

/// `attached`, each as `told` where that says something of it.
std::vector<VolumeSlot> as_told(std::vector<VolumeSlot> attached, const std::vector<VolumeSlot>& told);

} // namespace qpkg::libvirt
