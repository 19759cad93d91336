// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <csignal>

namespace qpkg::local {

/// While it lives, signals that would end this process wait to be passed on to the child it waits for. What a terminal
/// sends to the whole foreground is not passed on: the child has it already.
class Supervisor {
public:
    Supervisor();
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    /// The child's exit status, or 128 + n when it died by signal n.
    int wait_for(pid_t child);

    /// As `wait_for`, for the first process of a pid namespace: collects every process that ends.
    int wait_for_first_of_all(pid_t child);

    /// In a child about to exec: the signals of the time before.
    void give_back_signals() const;

    /// A signal that came before there was a child, 0 for none.
    int signal_so_far() const;

private:
    int wait(pid_t child, pid_t whom);
    void pass_on(pid_t child) const;

    sigset_t watched_{};
    sigset_t before_{};
};

/// Remembers which process group has the terminal and gives it back at the end: a shell inside the qube takes it.
class TerminalKeeper {
public:
    TerminalKeeper();
    ~TerminalKeeper();
    TerminalKeeper(const TerminalKeeper&) = delete;
    TerminalKeeper& operator=(const TerminalKeeper&) = delete;

private:
    int terminal_ = -1; ///< not owned; -1: none, or we are not in its foreground
    pid_t foreground_ = 0;
};

} // namespace qpkg::local
