// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a process is confined in this order. Namespaces first: whatever is mounted afterwards ends with the last process
// in them, also after kill -9. Then a fork, whose child is the first process of its pid namespace: when it ends, or is
// killed, the kernel ends all others. The root is composed and pivoted into before anything is given up, because that
// takes the rights of root. Then a second fork, so that the command is an ordinary process and the first one collects
// what it leaves behind. Last the session without a terminal, the closed descriptors, the dropped capabilities and the
// filter of system calls: from there on nothing of ours runs but exec.
//
// A later step needs what an earlier one allows, and takes it away for good: in another order something would be
// refused to us or left to them. Places inside the root are found as a process in there would find them
// (RESOLVE_IN_ROOT), or a link in a base would have root mount over the host's files.
#pragma once

#include "qpkg/ports/sandbox.hpp"

#include <filesystem>

namespace qpkg::sandbox {

/// Empty directories that the run's mounts are put on, in its own mount namespace only.
struct MountPoints {
    std::filesystem::path base;
    std::filesystem::path root;
    std::filesystem::path images; ///< one directory below it per image of `SandboxRun::lower`
};

/// Called between fork and exec: returns in the process that becomes the command, inside every namespace and with the
/// new root. The processes above it (a reaper as pid 1, and the caller's child) never return: they pass the status on.
void enter_sandbox(const SandboxRun& request, const MountPoints& points, const SandboxLimits& limits);

} // namespace qpkg::sandbox
