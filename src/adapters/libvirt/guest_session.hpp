// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one channel serves one program. A virtio port is one stream of bytes. Several programs over one would need flow
// control, and one that is not read would stop the others. The lock of a channel ends with its process; the agent ends
// the program when the host's end is gone.
#pragma once

#include "adapters/libvirt/guest.hpp"
#include "repo-format/guest/session.hpp"

#include "qpkg/core/fd.hpp"

namespace qpkg::libvirt {

using Deadline = std::chrono::steady_clock::time_point;

/// One connection to the agent of a qube (repo-format/guest/session.md): for one program. When it goes, so does the
/// program.
class GuestSession {
public:
    /// Takes a channel that nobody uses and waits until the agent answers there. Error busy when all are in use, failed
    /// when the agent does not answer until the deadline, or the qube has ended.
    GuestSession(const Door& door, Deadline deadline);

    struct Answer {
        int status;
        std::string output; ///< the first 64 KiB
        std::string errors; ///< the first 64 KiB
    };
    /// Runs a program without input. Error failed when it has not ended by the deadline.
    Answer ask(const session::Order& order, Deadline deadline);

    /// Runs a program with this process's standard streams. Its exit status.
    int pass(const session::Order& order);

private:
    void take_channel(const Door& door);
    void greet(Deadline deadline);
    void exchange(int milliseconds); ///< waits for bytes to come, or to go
    void send_order(const session::Order& order);
    int pass_on(bool interactive);
    void read_standard_input(bool& open);

    Fd lock_;
    Fd socket_;
    session::FrameReader reader_;
    std::string going_; ///< bytes that the agent has not taken yet
};

/// Of this terminal; nothing when it is none.
std::optional<session::TerminalSize> size_of_terminal(int fd);

} // namespace qpkg::libvirt
