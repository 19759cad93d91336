// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why three processes stand between caller and program. Only a child of the process that made a pid namespace is in it,
// so one has to make it and one has to be its first process. The first one ends all others by ending; the caller's own
// relays signals and the terminal. Each notices when the one above it has gone, by a pipe as well as by the kernel's
// signal: one that ends before that signal was asked for would go unnoticed.
#pragma once

#include "adapters/local/session_root.hpp"

#include "qpkg/ports/hypervisor.hpp"

namespace qpkg::local {

/// Runs a program in a qube with this root and waits; its status is that of QubeRunner::run. Every process, mount and
/// loop device of the session ends with it, also when this process, or any of the session's, is killed. The program
/// never has a terminal of this process's: see streams.hpp for what it has instead.
int run_session(const SessionRoot& root, const RunRequest& request);

} // namespace qpkg::local
