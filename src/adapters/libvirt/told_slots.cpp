// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/told_slots.hpp"

#include <algorithm>

namespace qpkg::libvirt {

bool contains(const std::vector<VolumeSlot>& slots, const VolumeSlot& slot)
{
    return std::ranges::any_of(slots, [&](const VolumeSlot& held) { return same_volume(held, slot); });
}

std::vector<VolumeSlot> told_of(std::vector<VolumeSlot> wanted, const std::vector<VolumeSlot>& there)
{
    std::erase_if(wanted, [&](const VolumeSlot& slot) { return !contains(there, slot); });
    return wanted;
}

std::vector<VolumeSlot> as_told(std::vector<VolumeSlot> attached, const std::vector<VolumeSlot>& told)
{
    for (auto& slot : attached) {
        const auto found =
            std::ranges::find_if(told, [&](const VolumeSlot& other) { return same_volume(slot, other); });
        slot = found == told.end() ? slot : *found;
    }
    return attached;
}

} // namespace qpkg::libvirt
