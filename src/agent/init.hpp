// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a place has a first process of its own. With it everything that a running local qube holds, its mounts, its
// /tmp, its processes, has one owner, and ends with that owner. It starts what the host asks for as processes below
// itself, so that nothing of the host ever steps inside; it collects what ends; and when nothing runs any more but what
// the session bus started, it ends, and the kernel clears the rest.
#pragma once

namespace qpkg::agent {

/// The open files that the host leaves to the first process.
inline constexpr int listening_file = 3; ///< a UNIX stream socket, where hosts' conversations come in
inline constexpr int first_conversation = 4;

/// Is the first process of a place, whose volumes are mounted and composed. Does not return.
[[noreturn]] void be_first_process();

} // namespace qpkg::agent
