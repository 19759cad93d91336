// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/clock_doubts.hpp"

#include "signing/dates.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {

std::vector<std::string> clock_doubts(std::int64_t clock, const std::map<RepoName, std::int64_t>& signed_at,
                                      std::int64_t built)
{
    const auto says = "the clock of this machine says " + text::iso_date(clock);
    if (clock < built) {
        return {says + ", and this qpkg was made on " + text::iso_date(built) +
                ": until it is right, old metadata may be taken for new"};
    }
    std::vector<std::string> doubts;
    std::int64_t newest = 0;
    for (const auto& [repository, time] : signed_at) {
        newest = std::max(newest, time);
        if (time > clock + trust::day) {
            doubts.push_back(says + ", and " + repository.text() + " was signed on " + text::iso_date(time) +
                             ", in its future: this clock or that of its publisher is wrong");
        }
    }
    if (clock > trust::latest_plausible(newest, built)) {
        doubts.push_back(says + ", more than three years after everything signed that is known here");
    }
    return doubts;
}

} // namespace qpkg::app
