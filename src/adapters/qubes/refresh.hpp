// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <set>
#include <string>

namespace qpkg::qubes {

/// Asks the agent of a running qube (qrexec service qpkg.Refresh, as root) to do now what it is told: mount, compose,
/// let go. Gives the slots whose disks programs there still use (see repo-format/guest/announcement.md); the rest of
/// what the qube answers is for people's eyes: escaped, cut, never parsed. Error failed when it says no, is not there,
/// or does not answer in time.
std::set<std::string> refresh_agent(const std::string& qrexec_client, const QubeName& qube);

} // namespace qpkg::qubes
