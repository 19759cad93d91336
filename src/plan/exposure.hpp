// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what runs and what is wanted are two answers. After an upgrade the qube that was not started again still has the
// old library in memory: a person who asks where a hole is wants to hear of both, and which of them a restart mends.
#pragma once

#include "plan/activation.hpp"

#include <vector>

namespace qpkg::plan {

/// One release of an app, or a base, that programs of one qube can use now or from its next start on.
struct Presence {
    QubeName qube;                         ///< perhaps a disposable
    const KnownRelease* release = nullptr; ///< nothing: it is a base, the qube's or that of a view
    const Base* base = nullptr;
    bool is_disposable = false;
    bool runs = false;   ///< the qube runs, and has it
    bool wanted = false; ///< its next start brings it; of disposables never

    friend bool operator==(const Presence&, const Presence&) = default;
};

/// Ascending by qube, disposables after theirs; the base first, then by app. Points into the snapshot. What a running
/// qube has that no generation of it names is left out: nothing is known of it.
std::vector<Presence> presences(const Snapshot& snapshot, const Live& live);

} // namespace qpkg::plan
