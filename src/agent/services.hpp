// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the agent records which services it started. Without it each refresh would start again what its user stopped a
// minute ago, or what ended because its work was done. The record is a file on a tmpfs that names the release and the
// rights: a change of either is a new start, another refresh is none. Units are links from systemd's folder into the
// agent's own, so that what is ours can be told from what somebody else put there.
#pragma once

#include "agent/service_units.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace qpkg::agent {

/// Runs `systemctl` with these words. Error failed when it says no.
using Systemctl = std::function<void(const std::vector<std::string>& words)>;

/// /usr/bin/systemctl, which gets a minute: the agent is a part of the start of the qube, and machines
/// that start many are slow.
Systemctl systemctl();

/// The units of apps, and which of them run. Where systemd does not run nothing happens. What the agent started lies in
/// `layout.run`/started, a file for each with the release it was started for: a service that its user stopped, or that
/// ended, is not started again by a refresh that does not concern it.
class Services {
public:
    Services(const QubePaths& layout, Systemctl systemctl);

    /// Stops the services of releases that are not among `announced`: before their views go, so that their disks are
    /// free. Problems are returned.
    std::vector<std::string> stop_all_but(const std::set<std::string>& announced);

    /// Stops what runs and is not planned, starts what is planned and was not started.
    std::vector<std::string> settle(const PlannedServices& planned);

private:
    bool is_idle() const; ///< no systemd, hence nothing to do
    void stop(const std::vector<std::string>& names);
    void place(const PlannedServices& planned) const;
    void start(const std::string& name, const std::string& recorded);
    bool call(const std::vector<std::string>& words); ///< whether it went through; else there is a problem

    const QubePaths& layout_;
    Systemctl systemctl_;
    bool is_changed_ = false; ///< systemd has not read yet what its folder holds
    std::vector<std::string> problems_{};
};

} // namespace qpkg::agent
