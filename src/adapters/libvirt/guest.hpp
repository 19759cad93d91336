// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/hypervisor.hpp"

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace qpkg::libvirt {

/// Where the agent of a running qube is reached.
struct Door {
    QubeName qube;
    std::filesystem::path locks;                 ///< a directory: one caller for each channel
    std::vector<std::filesystem::path> channels; ///< sockets
};

/// A running qube, as its agent shows it. What it says counts for that qube alone.
class Guest {
public:
    virtual ~Guest() = default;

    /// The agent shows what is announced now. Gives the serial numbers of disks that are not announced any more and
    /// still in use. Error failed when it does not.
    virtual std::set<std::string> refresh(const Door& door) = 0;
    /// As QubeRunner::run; a qube that starts is waited for.
    virtual int run(const Door& door, const RunRequest& request) = 0;
};

} // namespace qpkg::libvirt
