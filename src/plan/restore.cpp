// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/restore.hpp"

#include "plan/preparing.hpp"

namespace qpkg::plan {

Plan plan_restore(const Snapshot& snapshot)
{
    Preparing preparing(snapshot);
    for (const auto& qube : snapshot.qubes) {
        prepare_generation(preparing, snapshot, qube.name, qube.current_generation());
    }
    return {preparing.finish(), {}, {}};
}

} // namespace qpkg::plan
