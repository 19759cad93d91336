// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/restore.hpp"

#include <algorithm>
#include <set>

namespace qpkg::plan {

Plan plan_restore(const Snapshot& snapshot)
{
    std::set<ManifestId> seen;
    Plan plan;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& known = snapshot.release(binding.release);
            if (std::ranges::binary_search(snapshot.volumes, known.release.volume.root) ||
                !seen.insert(known.id).second) {
                continue;
            }
            if (!std::ranges::binary_search(snapshot.commits, known.release.tree.commit)) {
                plan.prepare.emplace_back(FetchCommit{known});
            }
            plan.prepare.emplace_back(BuildVolume{known});
        }
    }
    return plan;
}

} // namespace qpkg::plan
