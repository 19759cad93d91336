// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sources.hpp"

#include "agent/disks.hpp"

#include <thread>

namespace qpkg::agent {
namespace {

constexpr std::chrono::milliseconds between_readings{20};

std::optional<Notices> read_notices(const Surroundings& where)
{
    for (auto* const read : {read_directory, read_qubesdb, read_config_disk, read_kernel_line}) {
        if (auto notices = read(where)) {
            return notices;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Announcements> read_announcements(const Surroundings& where)
{
    const auto notices = read_notices(where);
    if (!notices) {
        return std::nullopt;
    }
    const auto find_disk = [&](const Notice& notice) { return disk_of(where, notice); };
    const auto end = std::chrono::steady_clock::now() + where.patience;
    for (;;) {
        auto settled = settle(*notices, find_disk);
        // A disk that was attached a moment ago may still be on its way through the guest's kernel.
        if (settled.problems.size() == notices->problems.size() || std::chrono::steady_clock::now() >= end) {
            return settled;
        }
        std::this_thread::sleep_for(between_readings);
    }
}

} // namespace qpkg::agent
