// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the program can kill itself. "A crash leaves the old state or the new one" is a claim about every moment between
// two effects. Only the program knows where those are: each durable step ends in a named point, and tests die at each
// in turn. A test that kills at random times would find the same faults in years.
#pragma once

#include <string_view>

namespace qpkg {

/// A place where tests make the program die. Compiled to nothing when QPKG_FAULTS is 0 (release).
/// QPKG_FAULT_TRACE=FILE     appends the name of each point reached, a line each;
/// QPKG_FAULT_KILL=N         kills this process (SIGKILL) at the Nth point reached, counted from 1;
/// QPKG_FAULT_INTERRUPT=N    sends SIGINT to the process group at the Nth point, as Ctrl-C in a terminal does;
/// QPKG_FAULT_FULL=N:PATH    at the Nth point lets the file PATH grow until the disk is full;
/// QPKG_FAULT_POWER=N:PATH   at the Nth point shuts the file system of PATH down without flushing its log (what is not
///                           synced is lost, as in a power cut) and kills the process;
/// QPKG_FAULT_NO_SYNC=WORD   see files.hpp: syncs of paths that contain WORD are skipped, to see the tests turn red.
#if QPKG_FAULTS
void fault_point(std::string_view name);
bool fault_skips_sync(std::string_view path);
#else
inline void fault_point(std::string_view) {}
inline bool fault_skips_sync(std::string_view) { return false; }
#endif

} // namespace qpkg
