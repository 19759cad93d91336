// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::local {

/// What a qube of this backend is made of, as its file `wanted` keeps it:
///   qpkg-local-qube-2
///   base <64 hex digits>
///   machine-id <32 hex digits>
///   slot <line of repo-format/guest/announcement.md>      (ascending by app)
struct WantedFile {
    VolumeId base;
    std::string machine_id;        ///< 32 lower-case hex digits
    std::vector<VolumeSlot> slots; ///< ascending by app

    friend bool operator==(const WantedFile&, const WantedFile&) = default;
};

std::string encode_wanted(const WantedFile& wanted);

/// Errors: corrupt "line 3: …", unsupported for a newer format.
WantedFile parse_wanted(std::string_view bytes);

} // namespace qpkg::local
