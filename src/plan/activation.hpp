// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why nobody records what is attached. Between a commit and the moment a qube has its volumes anything may happen: a
// kill, a reboot, somebody who shuts the qube down. A record of what is live would then be wrong, and nobody would
// know. So the backend is asked, and this function computes wanted minus actual. Applied twice it changes nothing,
// which makes the end of an install and the recovery after a crash the same call.
//
// The order of the members is the order of the effects. What the next start gets is set before anything of the running
// qube is touched: after a crash between the two, a new start is right. New volumes come before old ones go, so that an
// app that changes its release is never missing. A backend that cannot attach to a running qube has outdated qubes
// instead.
//
// A qube that runs from another base than it is to have is left as it is, apps and all, until it starts again: apps of
// the new generation were chosen for the new base, and a base cannot be changed below what runs.
#pragma once

#include "qpkg/model/attachment.hpp"
#include "qpkg/model/state.hpp"

#include <map>
#include <vector>

namespace qpkg::plan {

/// What is really set and attached, as the backend says.
struct Live {
    std::vector<Attachment> wanted;
    std::vector<Attachment> attached; ///< one entry per running qube (or session)
    bool hot_attach = false;
    bool makes_qubes = true;
    std::map<QubeName, QubeName> disposables = {};   ///< disposable → the qube it was made from
    std::map<QubeName, std::string> identities = {}; ///< where the backend has such
};

struct SlotChange {
    QubeName qube;
    VolumeSlot slot;
    friend bool operator==(const SlotChange&, const SlotChange&) = default;
};

/// A qube that is recorded but that the backend does not have yet.
struct NewQube {
    QubeName name;
    VolumeId base;
    friend bool operator==(const NewQube&, const NewQube&) = default;
};

struct Disposable {
    QubeName name;
    QubeName of;
    friend bool operator==(const Disposable&, const Disposable&) = default;
};

/// Wanted minus actual. Applying it twice changes nothing.
struct Activation {
    std::vector<NewQube> create; ///< before `set_wanted`
    std::vector<Attachment> set_wanted;
    /// Before `detach`. Of each volume one slot: the apps of a composed one come and go together.
    std::vector<SlotChange> attach;
    std::vector<SlotChange> detach;
    std::vector<QubeName> announce; ///< after `set_wanted`: have the volumes, but not what is said of them
    std::vector<QubeName> outdated; ///< ascending: run an older generation until they start again
    std::vector<QubeName> waiting; ///< of those, ascending: another base is theirs then, and until then nothing changes
    std::vector<Disposable> outdated_disposables; ///< those keep it until they end
    std::vector<QubeName> vanished;          ///< recorded, but the backend has them no more, or others of that name
    std::map<QubeName, std::string> unknown; ///< nobody can say what they have, and why: they are left alone

    /// Whether anything is left to do.
    bool is_pending() const
    {
        return !create.empty() || !set_wanted.empty() || !detach.empty() || !attach.empty() || !announce.empty();
    }

    friend bool operator==(const Activation&, const Activation&) = default;
};

/// What a qube with that generation has, ascending by app. The apps of a composed generation name one volume.
std::vector<VolumeSlot> slots_of(const Snapshot& snapshot, const Generation& generation);

/// The volumes each qube's current generation asks for.
std::vector<Attachment> wanted_attachments(const Snapshot& snapshot);

Activation plan_activation(const Snapshot& snapshot, const Live& live);

} // namespace qpkg::plan
