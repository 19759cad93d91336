// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace qpkg::plan {

/// A release of a base, as a volume.
struct BaseVolume {
    std::string name; ///< "debian-12"
    CommitId commit;
    VolumeId volume;
    std::uint64_t size; ///< bytes
};
/// Those whose volume is not here, each once.
std::vector<BaseVolume> missing_bases(const Snapshot& snapshot);

/// What the current generations want and the stores lack, for example after a restored backup: volumes that are not
/// there, and the commits they are made from. Nothing that is recorded changes.
Plan plan_restore(const Snapshot& snapshot);

} // namespace qpkg::plan
