// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/change.hpp"
#include "app/scratch.hpp"

#include <map>
#include <optional>

namespace qpkg::app {

/// Where the objects of a plan's releases come from while it is prepared: their repositories, or a delta that was
/// chosen when the plan was made. A delta that cannot be had costs a warning; the objects then come one by one.
class Fetching {
public:
    Fetching(World& world, PreparedChange& change) : world_(world), change_(change) {}

    Fetcher& fetcher(const KnownRelease& release);
    /// Brings the objects of the whole plan and lays them aside. Nobody needs to hold the writer's lock for that.
    void lay_aside();
    /// What was really transferred, when this is what the import counted; what was laid aside included.
    ImportReport transferred(ImportReport imported) const;

private:
    void correct(ImportReport& report) const;

    struct Applied {
        Scratch scratch;
        std::unique_ptr<AppliedDelta> objects;
    };

    World& world_;
    PreparedChange& change_;
    std::map<CommitId, Applied> applied_;
    std::optional<ImportReport> laid_aside_;
};

} // namespace qpkg::app
