// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>

namespace qpkg::local {

/// While it lives, signals that would end or stop this process wait to be passed on to the child it waits for, which is
/// in a session of its own. Those of a terminal's keys go to all processes there that a shell would call one job.
class Supervisor {
public:
    Supervisor();
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    /// The child, a supervisor as well: its exit status, or 128 + n when it died by signal n.
    int wait_for(pid_t child);

    /// As `wait_for`, of a program, by the first process of a pid namespace: collects every process that ends.
    int wait_for_first_of_all(pid_t child);

    /// The parts of `wait_for`, for whoever waits for other things too. Nothing while the child lives.
    std::optional<int> status_of(pid_t child);

    /// The next signal that waits, nothing for none; SIGCHLD only wakes.
    std::optional<siginfo_t> next_signal() const;

    void pass_on(const siginfo_t& signal, pid_t child) const;

    const sigset_t& watched() const noexcept { return watched_; }

    /// In a child about to exec: the signals of the time before.
    void give_back_signals() const;

    /// A signal that came before there was a child, 0 for none.
    int signal_so_far() const;

private:
    std::optional<int> collect(pid_t child, pid_t whom);

    sigset_t watched_{};
    sigset_t before_{};
};

} // namespace qpkg::local
