// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/download.hpp"

#include "app/use/upgrade.hpp"

#include "qpkg/core/fault.hpp"

namespace qpkg::app {

engine::Prepared keep_for_later(World& world, PreparedChange& change)
{
    auto prepared = prepare_steps(world, change);
    fault_point("download.prepared");
    plan::Plan learned;
    for (const auto& one : all_changes(change.plan)) {
        if (std::holds_alternative<LearnRelease>(one)) {
            learned.changes.push_back(one);
        }
    }
    engine::commit(learned, prepared, world.db);
    fault_point("download.recorded");
    return prepared;
}

} // namespace qpkg::app
