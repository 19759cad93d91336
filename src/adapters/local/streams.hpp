// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why no foreign program gets the caller's terminal. Who has a terminal can read what is typed there and, on many
// kernels, type into it: a program in a qube would act as root of the host. So each stream that is a terminal is
// replaced by a terminal of the qube, which the caller's process relays. Files and pipes cannot be typed into and go
// straight through.
//
// When output goes to a pipe, keys stay here: a pager behind the pipe reads them from the terminal, and two readers
// would each get half of what is typed.
#pragma once

namespace qpkg::local {

enum class StreamKind { terminal, pipe, other };

/// The caller's standard streams.
struct CallersStreams {
    StreamKind input;
    StreamKind output;
    StreamKind errors;
};

CallersStreams callers_streams();

/// What a program in the qube gets as one of its streams. Never a terminal of the caller's: who has that can read what
/// is typed there, and type.
enum class StreamSource {
    callers,      ///< the same file or pipe, with nothing in between
    own_terminal, ///< a terminal of the qube, which is relayed
    nothing,      ///< /dev/null
};

enum class Keys { passed_on, kept };

struct ProgramStreams {
    StreamSource input;
    StreamSource output;
    StreamSource errors;
    Keys keys; ///< whether what is typed goes to the program; its own terminal then is its controlling terminal

    bool has_terminal() const noexcept;
    bool operator==(const ProgramStreams&) const = default;
};

/// Keys are kept when output goes to a pipe: whoever reads that, like a pager, is who reads the keys.
ProgramStreams plan_streams(const CallersStreams& callers);

} // namespace qpkg::local
