// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/bound.hpp"

namespace qpkg::plan {

std::set<ManifestId> bound_releases(const Snapshot& snapshot)
{
    std::set<ManifestId> bound;
    for (const auto& base : snapshot.bases) {
        if (base.release) {
            bound.insert(*base.release);
        }
    }
    for (const auto& qube : snapshot.qubes) {
        for (const auto& generation : qube.generations) {
            for (const auto& binding : generation.bindings) {
                bound.insert(binding.release);
            }
        }
    }
    return bound;
}

} // namespace qpkg::plan
