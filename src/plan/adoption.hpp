// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a record is of one qube, and not of a name. Where qubes are made by other tools a name says little: a qube is
// cloned, renamed, restored from a backup, or removed and made again under its old name. What a qube has stands in the
// qube itself (the features of Qubes), and comes along. So the backend says which qube it is, and a record of another
// one is never carried out on it: a clone keeps what it has and gets a record of its own, a new qube of an old name
// starts empty.
//
// A generation that asks for the same slots knows more than the slots do: what is held, who has which name. So it is
// taken over where there is one. Else each slot is looked up among the known releases. What cannot be told that way
// stays as it is, and is named.
#pragma once

#include "qpkg/model/attachment.hpp"
#include "qpkg/model/change.hpp"
#include "qpkg/model/state.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpkg::plan {

/// A qube as the backend has it.
struct FoundQube {
    QubeName name;
    std::string identity;
    std::optional<BaseId> base; ///< where somebody has said it
    std::vector<VolumeSlot> slots;
};

/// A qube that has apps, but of which nobody can tell enough to record it.
struct Stranger {
    QubeName name;
    std::vector<VolumeSlot> slots;
    std::string why;

    friend bool operator==(const Stranger&, const Stranger&) = default;
};

struct Adoption {
    std::vector<Change> changes;
    std::vector<QubeName> adopted;  ///< that are recorded by `changes` with what they have
    std::vector<QubeName> replaced; ///< whose name another qube has now
    std::vector<Stranger> strangers;

    friend bool operator==(const Adoption&, const Adoption&) = default;
};

/// What has to be recorded so that each record is of the qube that has its name.
Adoption plan_adoption(const Snapshot& snapshot, std::span<const FoundQube> found, std::int64_t now);

/// The snapshot after `adoption`.
Snapshot with_adopted(Snapshot snapshot, const Adoption& adoption);

} // namespace qpkg::plan
