// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/qube_terminal.hpp"
#include "adapters/local/supervise.hpp"
#include "core/terminal.hpp"

#include <optional>
#include <string>

namespace qpkg::local {

/// Between the caller's terminal and the one a program in the qube has. The caller's is as it was at the end, and while
/// this process is stopped.
class TerminalRelay {
public:
    TerminalRelay(const ProgramStreams& streams, const Handover& handover, Supervisor& supervisor);

    /// As Supervisor::wait_for; all that the qube wrote is shown before it returns.
    int wait_for(pid_t child);

private:
    void wait_for_something();
    void take_signals(pid_t child);
    void take_terminal();
    void follow_callers_terminal();
    bool takes_keys() const;
    void read_keys();
    void write_keys();
    void show_output();
    void show_the_rest();

    Keys keys_;
    const Handover& handover_;
    Supervisor& supervisor_;
    Fd signals_;
    int callers_;               ///< the caller's terminal, not owned
    bool has_terminal_ = false; ///< whether the handover is over
    Fd terminal_;               ///< our end of the qube's
    std::string pending_;       ///< keys that the qube's terminal had no room for
    std::optional<winsize> size_;
    std::optional<program::RawTerminal> raw_;
};

} // namespace qpkg::local
