// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/volume_slot.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg {

std::set<VolumeId> volumes_of(std::span<const VolumeSlot> slots)
{
    std::set<VolumeId> volumes;
    for (const auto& slot : slots) {
        volumes.insert(slot.volume);
        if (slot.base) {
            volumes.insert(*slot.base);
        }
    }
    return volumes;
}

std::vector<VolumeSlot> possible_slots(const QubeName& qube, std::span<const VolumeSlot> slots,
                                       std::size_t most_volumes)
{
    if (const auto count = volumes_of(slots).size(); count > most_volumes) {
        throw Error(Code::unsupported, qube.text() + " can hold " + std::to_string(most_volumes) + " volumes, not " +
                                           std::to_string(count));
    }
    std::vector<VolumeSlot> sorted(slots.begin(), slots.end());
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted, {}, &VolumeSlot::app);
    if (twice != sorted.end()) {
        throw Error(Code::conflict, qube.text() + ": two volumes of one app, " + twice->app.text());
    }
    return sorted;
}

} // namespace qpkg
