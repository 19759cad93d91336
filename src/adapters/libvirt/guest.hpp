// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <filesystem>
#include <set>
#include <span>
#include <string>

namespace qpkg::libvirt {

/// A running qube, as its agent shows it. What it says counts for that qube alone.
class Guest {
public:
    virtual ~Guest() = default;

    using Channels = std::span<const std::filesystem::path>;

    /// The agent shows what is announced now. Gives the serial numbers of disks that are not announced any more and
    /// still in use. Error failed when it does not.
    virtual std::set<std::string> refresh(const QubeName& qube, Channels channels) = 0;
};

} // namespace qpkg::libvirt
