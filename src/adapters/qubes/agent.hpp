// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <set>
#include <string>

/// What dom0 asks of the agent's package in a running qube, by qrexec as root, with the program `qrexec_client`. Error
/// failed when it says no, is not there, or does not answer in time.
namespace qpkg::qubes {

/// Service qpkg.Refresh: to do now what it is told: mount, compose, let go. Gives the slots whose disks programs there
/// still use (see repo-format/guest/announcement.md); the rest of what the qube answers is for people's eyes: escaped,
/// cut, never parsed.
std::set<std::string> refresh_agent(const std::string& qrexec_client, const QubeName& qube);

/// Service qpkg.Describe: what the qube's root is made of, in its own word. Error no_space when it says too much.
std::string ask_for_description(const std::string& qrexec_client, const QubeName& qube);

} // namespace qpkg::qubes
