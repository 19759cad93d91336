// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg {

/// The volumes of one qube, as it runs or as its next start finds them.
struct Attachment {
    QubeName qube;
    std::vector<VolumeSlot> slots;     ///< ascending by app
    bool unfinished = false;           ///< what follows from them is not done yet: they are to be set again
    std::string problem = {};          ///< why nobody can say what it has; empty: its slots are known
    std::optional<VolumeId> base = {}; ///< that it starts from; nothing where the backend does not keep that

    friend bool operator==(const Attachment&, const Attachment&) = default;
};

} // namespace qpkg
