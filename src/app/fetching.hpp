// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/change.hpp"
#include "app/scratch.hpp"

#include <map>

namespace qpkg::app {

/// Where the objects of a plan's releases come from while it is prepared: their repositories, or a delta that was
/// chosen when the plan was made. A delta that cannot be had costs a warning; the objects then come one by one.
class Fetching {
public:
    Fetching(World& world, PreparedChange& change) : world_(world), change_(change) {}

    Fetcher& fetcher(const KnownRelease& release);
    /// What was really transferred, of what an import counted.
    void correct(ImportReport& report) const;

private:
    struct Applied {
        Scratch scratch;
        std::unique_ptr<AppliedDelta> objects;
    };

    World& world_;
    PreparedChange& change_;
    std::map<CommitId, Applied> applied_;
};

} // namespace qpkg::app
