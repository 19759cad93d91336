// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/streams.hpp"

#include "qpkg/core/fd.hpp"

#include <sys/types.h>

#include <optional>

namespace qpkg::local {

/// Carries our end of the qube's terminal from the qube's first process, where it is made, to the one that relays it.
class Handover {
public:
    Handover();

    void keep_sender() { receiver_ = Fd(); }
    void keep_receiver() { sender_ = Fd(); }
    void close();

    void send(const Fd& terminal) const;
    /// To be called when `receiver` can be read; nothing when the other side ended without.
    Fd receive() const;
    int receiver() const noexcept { return receiver_.get(); }

private:
    Fd sender_;
    Fd receiver_;
};

/// A program's standard streams, ready inside the qube.
class QubeStreams {
public:
    /// In the qube's root, by its first process, which still has the caller's streams. `user` owns the terminal.
    QubeStreams(const ProgramStreams& streams, uid_t user, const Handover& handover);

    /// In the process that becomes the program: a session of its own, with its terminal or without one.
    void take() const;

    /// In the first process, when the program runs: nothing in the qube holds a terminal of the caller's.
    void let_go();

private:
    ProgramStreams streams_;
    Fd terminal_;
    Fd nothing_;
};

} // namespace qpkg::local
