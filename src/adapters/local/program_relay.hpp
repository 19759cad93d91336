// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/callers_signals.hpp"
#include "adapters/local/place_link.hpp"
#include "core/terminal.hpp"

#include <optional>
#include <string>

namespace qpkg::local {

/// Between this command and a program in a place: signals, keys, what the program's terminal shows. The caller's
/// terminal is as it was at the end, and while this process is stopped.
class ProgramRelay {
public:
    ProgramRelay(session::Keys keys, PlaceLink& link);

    /// Until the program's terminal is there, as the caller's is. To be called before the program runs.
    void wait_for_terminal();

    /// Until the program has ended: its exit status. All that it wrote is shown before. Error: the agent's reason why
    /// it does not run; failed when the place ended.
    int wait();

private:
    void wait_for_something();
    void take_signals();
    void take_messages();
    void take(Fd terminal);
    void obey(PlaceLink::Message message);
    void stop();
    void follow_callers_terminal();
    bool takes_keys() const;
    void read_keys();
    void write_keys();
    void show_output();
    void show_the_rest();

    session::Keys keys_;
    PlaceLink& link_;
    CallersSignals signals_;
    int callers_;         ///< the caller's terminal, not owned
    Fd terminal_;         ///< our end of the qube's
    std::string pending_; ///< keys that the qube's terminal had no room for
    std::optional<winsize> size_;
    std::optional<program::RawTerminal> raw_;
    std::string reason_;
    std::optional<int> status_;
};

} // namespace qpkg::local
