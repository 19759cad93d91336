// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/restore.hpp"

#include "plan/preparing.hpp"

#include <algorithm>
#include <map>

namespace qpkg::plan {

std::vector<BaseVolume> missing_bases(const Snapshot& snapshot)
{
    std::map<VolumeId, BaseVolume> missing;
    for (const auto& base : snapshot.bases) {
        if (!std::ranges::binary_search(snapshot.volumes, base.volume)) {
            missing.emplace(base.volume, BaseVolume{base.id.text(), base.commit, base.volume, base.volume_size});
        }
    }
    std::vector<BaseVolume> bases;
    for (auto& [volume, base] : missing) {
        bases.push_back(std::move(base));
    }
    return bases;
}

Plan plan_restore(const Snapshot& snapshot)
{
    Preparing preparing(snapshot);
    for (const auto& qube : snapshot.qubes) {
        const auto& generation = qube.current_generation();
        prepare_generation(preparing, snapshot, qube.name, generation);
        for (const auto& release : releases_of(snapshot, generation)) {
            preparing.details(release);
        }
    }
    return {preparing.finish(), {}, {}};
}

} // namespace qpkg::plan
