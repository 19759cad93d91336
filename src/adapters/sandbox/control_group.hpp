// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the group lies beside our own. In version 2 a group that has processes hands no controllers down, so a child of
// our own group could not be counted; a sibling can, and still falls under whatever limits the parent has.
#pragma once

#include "qpkg/ports/sandbox.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace qpkg::sandbox {

/// Where the kernel shows control groups (cgroups(7)).
struct ControlGroupPlaces {
    std::filesystem::path hierarchy = "/sys/fs/cgroup"; ///< version 2, or one directory per controller of version 1
    std::filesystem::path own = "/proc/self/cgroup";    ///< the table of this process's own groups
};

/// A group of processes that together have no more memory and no more processes than allowed. It lies where limits of
/// this process's own group hold for it, too.
class ControlGroup {
public:
    /// Nothing where none can be made: in a container that may not, or without the two controllers.
    static std::optional<ControlGroup> make(const SandboxLimits& limits, const ControlGroupPlaces& places = {});

    ControlGroup(ControlGroup&& other) noexcept;
    ControlGroup& operator=(ControlGroup&&) = delete;
    ~ControlGroup(); ///< waits a little for the last process to be gone; what stays is removed by the next `make`

    /// This process, and all that come from it.
    void enter() const;

    bool ran_out_of_processes() const;
    bool ran_out_of_memory() const;

private:
    enum class Version { one, two };

    ControlGroup(Version version, std::filesystem::path processes, std::filesystem::path memory);
    void set(const SandboxLimits& limits) const;

    Version version_;
    std::filesystem::path processes_; ///< the group's directory; with version 2 both are the same
    std::filesystem::path memory_;
};

} // namespace qpkg::sandbox
