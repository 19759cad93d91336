// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include "qpkg/model/state.hpp"

namespace qpkg::app {

/// Makes a commit again of the volume that was made of it, where that is here and sound: with the same words the same
/// tree is the same commit. False where there is none, or something else came out; that is left to `gc`.
bool salvage_from_volume(World& world, const Snapshot& snapshot, const CommitId& commit);

} // namespace qpkg::app
