// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why programs are started by a process for each port. A port is one host's conversation about one program. When the
// host goes, or says hello again, the program ends: it belongs to a connection, not to the qube. While a program takes
// no input the port is not read, so a host that sends without end fills nobody's memory. What a host asks for is bytes
// under caps, and every answer is a frame.
#pragma once

#include "agent/sources.hpp"

#include "qpkg/core/fd.hpp"

namespace qpkg::agent {

enum class HostGone { wait, stop };

/// Starts the programs that the host at the other end of `port` asks for, one after the other
/// (repo-format/guest/session.md). A virtio port outlives its host's connections; of a socket the other end goes once
/// and for all: then it returns.
void serve_port(const Fd& port, HostGone then);

/// As a virtio port; does not return. Error failed when it cannot be opened.
[[noreturn]] void serve(const std::filesystem::path& port);

/// Serves each port named org.qpkg.*, in a process of its own. Error not_found when there is none.
[[noreturn]] void serve_all(const Surroundings&);

} // namespace qpkg::agent
