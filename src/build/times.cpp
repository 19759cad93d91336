// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/times.hpp"

#include "repo-format/repo/times.hpp"

#include "qpkg/core/interrupt.hpp"

#include <tuple>

namespace qpkg::build {
namespace {

bool is_later(const timespec& one, const timespec& other)
{
    return std::tie(one.tv_sec, one.tv_nsec) > std::tie(other.tv_sec, other.tv_nsec);
}

/// Newer kernels give some files the time of the exact clock.
timespec exact_clock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now;
}

} // namespace

timespec file_clock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now;
}

void settle_times(const ForeignTree& tree, const timespec& began, std::int64_t epoch)
{
    const auto now = exact_clock();
    tree.walk("", [&](const ForeignTree::Entry& entry) {
        interrupt::throw_if_requested();
        const auto& time = entry.info.st_mtim;
        const bool is_made = !is_later(began, time) && !is_later(time, now);
        const bool cannot_be_said = time.tv_sec < 0 || time.tv_sec > latest_time;
        if (!S_ISDIR(entry.info.st_mode) && (is_made || cannot_be_said)) {
            tree.set_time(entry.path, epoch);
        }
    });
}

} // namespace qpkg::build
