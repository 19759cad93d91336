// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/qube_paths.hpp"

namespace qpkg::agent {

/// Mounts what the agent needs and a bare initramfs may not have yet: /proc, /sys, /dev and a tmpfs at /run.
void mount_what_is_missing();

/// Makes `layout.runner()` a link to the qpkg-run beside this program, and one to this program beside it, unless
/// something is there: the local backend brings its own.
void offer_runner(const QubePaths& layout);

} // namespace qpkg::agent
