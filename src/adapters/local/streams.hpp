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

#include "repo-format/guest/place.hpp"

namespace qpkg::local {

enum class StreamKind { terminal, piped, directory, other };

/// The caller's standard streams.
struct CallersStreams {
    StreamKind input;
    StreamKind output;
    StreamKind errors;
};

CallersStreams callers_streams();

/// Keys are kept when output goes to a pipe: whoever reads that, like a pager, is who reads the keys. A stream that is
/// a folder is Error usage: with it a program could open everything below, and above.
session::ProgramStreams plan_streams(const CallersStreams& callers);

} // namespace qpkg::local
