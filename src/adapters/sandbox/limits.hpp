// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a watcher counts what a build uses. Resource limits of the kernel are per process, and root is exempt from the
// one on the number of processes. A control group counts all of them together, but cannot be made everywhere, for
// example in a container; and none counts disk or time. So the calling process looks a few times a second and ends the
// sandbox's first process, with which the kernel ends all others: nothing can fork faster than that. Without a group,
// processes are looked at one by one; memory that no process maps is then bounded by the sizes of the tmpfs alone.
//
// Disk is what lies in the upper directory. A file that is removed and still open has no name to be counted by, so a
// least of free space is kept as well.
#pragma once

#include "adapters/sandbox/control_group.hpp"

#include "qpkg/core/error.hpp"

#include <chrono>

namespace qpkg::sandbox {

/// Looks at what one run uses.
class LimitWatch {
public:
    /// Where there is no control group to count, the processes are looked at one by one.
    LimitWatch(const SandboxLimits& limits, const SandboxRun& run, const std::optional<ControlGroup>& group);

    /// Throws when a limit is met, naming it: no_space, and failed for the time. `child` is the process that `run`
    /// started: the parent of the sandbox's first process.
    void look(pid_t child) const;

    /// What a control group counted, also after the end: a program that was refused a process may just have ended.
    void look_at_counts() const;

private:
    void look_at_processes(pid_t child) const;
    void look_at_disk() const;
    Error over(Code code, const std::string& limit, const std::string& key) const;

    const SandboxLimits& limits_;
    const SandboxRun& run_;
    const std::optional<ControlGroup>& group_;
    std::chrono::steady_clock::time_point begin_;
    std::uint64_t least_free_; ///< bytes
};

/// Bytes on disk of everything below `directory`, whose shape is not to be trusted and which changes meanwhile.
/// Error no_space when directories are nested too deep to be counted.
std::uint64_t disk_use(const std::filesystem::path& directory);

} // namespace qpkg::sandbox
