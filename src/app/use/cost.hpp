// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"

namespace qpkg::app {

/// Fills in the costs of a plan. Error no_space when they cannot fit: says how much is missing.
void estimate_costs(World& world, PreparedChange& change);

/// Whether volumes share the data of the object store; no where that cannot be tried out.
bool clones_data(const World& world);
/// Bytes that a volume of this size adds.
std::uint64_t added_by_volume(std::uint64_t size, bool clones);
/// Of all apps together, at most.
std::uint64_t size_of(const plan::ComposeVolume& step);

/// Bytes that dropping all but `keep` old generations per qube would give back.
std::uint64_t reclaimable(World& world, Snapshot snapshot, std::size_t keep);
/// Bytes that its removal would give back.
std::uint64_t size_of(World& world, const plan::Garbage& garbage);

} // namespace qpkg::app
