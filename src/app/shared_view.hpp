// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "plan/plan.hpp"

#include "qpkg/ports/object_reader.hpp"

#include <optional>
#include <string>

/// Modules of the shared view are merged into the qube's own /usr and /opt: there they may only add.
namespace qpkg::app {

/// The first path below /usr and /opt that both trees have, other than as a directory of both. Pure.
std::optional<std::string> common_path(const ModuleTree& left, const ModuleTree& right);

/// Error conflict, with the path and both owners, when a plan lets a shared module hide a path of the base or of
/// another shared module of the same qube. What the plan fetches must be in the store.
void require_only_additions(const World& world, const Snapshot& snapshot, const plan::Plan& plan);

} // namespace qpkg::app
