// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <vector>

namespace qpkg {

/// The volumes of one qube.
struct Attachment {
    QubeName qube;
    std::vector<VolumeSlot> slots; ///< ascending by app
    bool unfinished = false;       ///< what follows from them is not done yet: they are to be set again

    friend bool operator==(const Attachment&, const Attachment&) = default;
};

} // namespace qpkg
