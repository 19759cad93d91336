// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/newer_base.hpp"

namespace qpkg::plan {

const Base* newer_base(const Snapshot& snapshot, const Base& now)
{
    const Base* newest = nullptr;
    for (const auto& base : snapshot.bases) { // ascending by number
        if (base.id == now.id && base.level == now.level && base.number > now.number) {
            newest = &base;
        }
    }
    return newest;
}

} // namespace qpkg::plan
