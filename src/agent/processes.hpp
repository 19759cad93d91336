// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

namespace qpkg::agent {

/// Of the qube, or of the place: all others end with it.
inline constexpr pid_t first_process = 1;

struct Process {
    pid_t number;
    pid_t parent;
    bool ended; ///< only waits to be counted by its parent

    friend bool operator==(const Process&, const Process&) = default;
};

/// Of the process numbers that `proc` shows. What ends meanwhile is left out.
std::vector<Process> running_processes(const std::filesystem::path& proc = "/proc");

/// Whether anything runs beside the first process and what comes from `bus` (0: nothing does).
bool others_run(const std::vector<Process>& processes, pid_t bus);

} // namespace qpkg::agent
