// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the filter lists what is refused. Maintainer scripts call anything that a program may call; a list of what is
// allowed would break packages one at a time, and be widened each time without thought. Refused is what reaches past
// the sandbox: mounts, namespaces, other processes, keys, the kernel itself, typing into terminals. A list of refusals
// grows old when the kernel gets new calls, so every number that was unknown when it was written is answered as by a
// kernel that does not have the call. Programs then take the older way, which is on the list.
#pragma once

namespace qpkg::sandbox {

/// From here on this process, and whatever comes from it, is refused the system calls that no installation of packages
/// needs and that reach past the sandbox: see system_calls.cpp for which, and why. Needs no_new_privs or root.
void refuse_system_calls();

} // namespace qpkg::sandbox
