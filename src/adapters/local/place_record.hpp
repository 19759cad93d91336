// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::local {

/// A volume of a place. Those that leave are shown no more, but programs may still use them.
struct PlacedVolume {
    enum class State { shown, leaving };

    State state;
    std::string loop; ///< "loop7", of this volume in this place alone
    std::string tag;  ///< what the loop device says it is for, see mounts::open_volume
    VolumeSlot slot;

    friend bool operator==(const PlacedVolume&, const PlacedVolume&) = default;
};

/// What a place has, as the file `volumes` beside its socket says: a line each,
///   shown|leaving LOOP TAG <line of repo-format/guest/announcement.md>
using PlaceRecord = std::vector<PlacedVolume>;

std::string encode_place(const PlaceRecord& record);

/// Errors: corrupt "line 3: …".
PlaceRecord parse_place(std::string_view bytes);

/// The slots that are shown, ascending.
std::vector<VolumeSlot> shown_slots(const PlaceRecord& record);

/// All that the place has, ascending: an app that changes its release may be there twice.
std::vector<VolumeSlot> all_slots(const PlaceRecord& record);

/// What a place shows once `slots` are added: of each app the newer volume, the older one leaves. The loop device and
/// tag are those of the volume, where it is there already, else `loop` and `tag`.
PlaceRecord with_shown(PlaceRecord record, const std::vector<VolumeSlot>& slots, const std::string& loop,
                       const std::string& tag);

/// What a place shows without that volume: it leaves.
PlaceRecord without_volume(PlaceRecord record, const VolumeId& volume);

} // namespace qpkg::local
