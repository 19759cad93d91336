// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why everything from outside is laid aside first. The writer lock must not be held while a server takes its time, and
// a plan must not stop half-way for a file that cannot be had. So all objects of a plan are brought under the fetch
// lock, hashed, and laid aside where no writer looks. Under the writer lock the steps find them; their fetcher there is
// `nothing_more`, which refuses. A step that would ask somebody outside under the lock thus fails in every test,
// instead of waiting once in a while on somebody's machine.
//
// What was laid aside stays when a command is killed, and is believed by the next one only after it was hashed again.
#pragma once

#include "app/scratch.hpp"
#include "app/use/change.hpp"
#include "engine/transaction.hpp"

#include <map>
#include <memory>

namespace qpkg::app {

/// Where the objects of a plan's releases come from: their repositories, or a delta that was chosen when the plan was
/// made. A delta that cannot be had costs a warning; the objects then come one by one.
class Fetching {
public:
    Fetching(World& world, PreparedChange& change) : world_(world), change_(change) {}

    /// Brings the objects of the whole plan and lays them aside. Nobody may hold the writer's lock for that: senders
    /// take their time.
    void lay_aside();
    /// Of one step of it.
    void lay_aside(const plan::FetchCommit& step);
    /// What was transferred, deltas as they came.
    ImportReport transferred() const;

private:
    Fetcher& source(const KnownRelease& release);
    void lay_aside_details(const KnownRelease& known);

    struct Applied {
        Scratch scratch;
        std::unique_ptr<AppliedDelta> objects;
    };

    World& world_;
    PreparedChange& change_;
    std::map<CommitId, Applied> applied_;
    ImportReport laid_aside_;
};

/// For a step that finds laid aside what it needs: it asks nobody. Error conflict when it has to.
engine::FetcherFor nothing_more();

} // namespace qpkg::app
