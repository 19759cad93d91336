// SPDX-License-Identifier: LGPL-2.1-or-later
#include "workshop/source_of.hpp"

#include "qpkg/core/foreign_tree.hpp"

#include <algorithm>

namespace qpkg::workshop {

const PackageSourceRow* source_of(PackageSources sources, const ForeignTree& root)
{
    const auto found =
        std::ranges::find_if(sources, [&](const PackageSourceRow& row) { return row.make()->serves(root); });
    return found == sources.end() ? nullptr : &*found;
}

} // namespace qpkg::workshop
