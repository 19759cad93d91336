// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/session_root.hpp"

#include "qpkg/ports/hypervisor.hpp"

namespace qpkg::local {

/// Runs a program in a qube with this root and waits; its status is that of QubeRunner::run. Every process, mount and
/// loop device of the session ends with it, also when this process, or any of the session's, is killed. The program
/// never has a terminal of this process's: see streams.hpp for what it has instead.
int run_session(const SessionRoot& root, const RunRequest& request);

} // namespace qpkg::local
