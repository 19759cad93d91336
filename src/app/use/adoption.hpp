// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a qube of Qubes is recorded only when something is installed into it. Qubes come and go by other tools there. A
// list of our own would be out of date by the next `qvm-create`, and a command that "adds" a qube would be one more
// thing to forget. Which base a qube stands on cannot be seen from dom0, which never looks into a template: the owner
// says it once, as a feature of the template.
#pragma once

#include "app/world.hpp"
#include "plan/adoption.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// Where qubes are made by other tools, those of `names` that are not recorded yet: they are put into `snapshot`, and
/// the changes that record them are returned. Errors: not_found (no such qube), usage (nobody has said its base).
std::vector<Change> adopt_qubes(World& world, Snapshot& snapshot, const std::vector<std::string>& names,
                                const plan::Occasion& occasion);

/// What the backend's qubes have, compared with what is recorded of them; nothing where qpkg makes the qubes itself.
plan::Adoption look_for_strangers(World& world, const Snapshot& snapshot);

/// The state, with what `look_for_strangers` found as if it were recorded: so what is shown and planned is about the
/// qubes that are really there. The next command that writes records it (`recover`).
Snapshot state_of(World& world);

/// What any qube names, where qubes are made by other tools. Fails where one cannot be asked.
std::vector<VolumeSlot> named_slots(World& world);
/// What those name that are not recorded, disposables among them, as far as they can be asked: for an estimate.
std::vector<VolumeSlot> slots_of_strangers(World& world, const Snapshot& snapshot);

} // namespace qpkg::app
