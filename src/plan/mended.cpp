// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/mended.hpp"

#include <algorithm>
#include <set>

namespace qpkg::plan {

std::vector<std::string> newly_mended(const Details& older, const Details& newer)
{
    std::set<std::string_view> sources;
    std::ranges::transform(older.packages, std::inserter(sources, sources.end()), &Details::BuiltPackage::source);
    std::set<std::string> mended;
    for (const auto& fix : newer.fixes) {
        if (sources.contains(fix.source) && !std::ranges::binary_search(older.fixes, fix)) {
            mended.insert(fix.id);
        }
    }
    return {mended.begin(), mended.end()};
}

} // namespace qpkg::plan
