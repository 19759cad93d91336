// SPDX-License-Identifier: LGPL-2.1-or-later
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
