// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/libvirt/guest.hpp"

namespace qpkg::libvirt {

/// A guest in which `qpkg-agent serve` runs.
class AgentGuest : public Guest {
public:
    struct Patience {
        std::chrono::milliseconds start;   ///< until the agent of a qube that starts answers
        std::chrono::milliseconds refresh; ///< until it has shown a change
    };
    explicit AgentGuest(const Patience& patience) : patience_(patience) {}

    std::set<std::string> refresh(const Door& door) override;
    int run(const Door& door, const RunRequest& request) override;

private:
    Patience patience_;
};

} // namespace qpkg::libvirt
