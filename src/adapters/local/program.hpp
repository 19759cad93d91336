// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/session_root.hpp"
#include "adapters/local/user_entry.hpp"

#include "qpkg/ports/hypervisor.hpp"

#include <map>
#include <string>
#include <vector>

namespace qpkg::local {

/// What is left to do in the process that becomes the program.
struct Program {
    std::string qube;
    std::vector<std::string> argv;
    UserEntry user;
    std::map<std::string, std::string> environment; ///< all of it
};

/// Inside the qube's root: reads who the user is, makes his home at the first use and his runtime directory.
Program prepare_program(const SessionRoot& root, const RunRequest& request);

/// Becomes the program. Returns the status for the shell's reader when it cannot: 127 not there, 126 not executable,
/// having said so on stderr.
int become_program(const Program& program);

/// Becomes `qpkg-agent refresh`.
int become_agent();

/// Error failed unless the agent has composed what could be composed; what it left out it said itself.
void check_agent(int status, const std::string& qube);

} // namespace qpkg::local
