// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/change.hpp"

#include <cstdint>
#include <vector>

namespace qpkg::app {

/// What keeps volumes from qubes, or will: missing images, a store that copies, what the backend finds. Changes
/// nothing.
std::vector<Finding> diagnose(World& world);

/// What is not as it is recorded, and can be made so again.
struct Repairs {
    PreparedChange change;    ///< fetches and volumes
    std::uint64_t attributes; ///< files of the object store that lost theirs; what is damaged shows only after that
    std::vector<CommitId> commits; ///< damaged or not complete
    std::vector<VolumeId> volumes; ///< damaged

    bool empty() const { return change.plan.prepare.empty() && attributes == 0 && commits.empty() && volumes.empty(); }
};

/// Reads everything that is recorded, changes nothing.
Repairs prepare_restore(World& world);
/// What cannot be fetched again stays as it is, and ends in Error partly after all else was done.
engine::Prepared apply_restore(World& world, Repairs& repairs);

} // namespace qpkg::app
