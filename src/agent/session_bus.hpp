// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the bus starts when somebody asks for it. Most programs never do, and its services want to know the display of
// the program that came first. The socket is there from the beginning, so nobody comes too early; the daemon takes it
// over (sd_listen_fds(3)). What it starts stays below one process of ours, so that a place can tell it from what its
// user started.
#pragma once

#include "agent/qube_paths.hpp"
#include "core/program.hpp"

#include "qpkg/core/fd.hpp"

#include <sys/types.h>

#include <optional>

namespace qpkg::agent {

/// D-Bus's session bus of the qube's user, where the base has a daemon for it.
class SessionBus {
public:
    /// To be called once the user's runtime directory can be made.
    SessionBus(const QubePaths& layout, const std::string& qube);

    /// Readable when somebody wants the bus and it does not run; -1 otherwise.
    int wanted() const { return process_ == 0 ? socket_.get() : -1; }
    void start();

    /// Of what runs; 0 for nothing.
    pid_t process() const { return process_; }
    void forget() { process_ = 0; }

    /// In a child that is no part of the bus.
    void close() { socket_ = Fd(); }

private:
    QubePaths layout_;
    std::optional<program::Program> daemon_;
    Fd socket_;
    pid_t process_ = 0;
};

/// The bus's address, where there is one: for the environment of the user's programs.
std::optional<std::string> bus_address(const QubePaths& layout, const program::UserEntry& user);

/// What the services of the bus shall know of the display, as the newest program was told it.
void remember_surroundings(const QubePaths& layout, const program::Environment& environment);

} // namespace qpkg::agent
