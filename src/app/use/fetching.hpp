// SPDX-License-Identifier: LGPL-2.1-or-later
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
