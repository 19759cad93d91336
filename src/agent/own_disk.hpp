// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/qube_paths.hpp"
#include "agent/sources.hpp"

namespace qpkg::agent {

/// Where the qube has a private disk (serial number qpkg-private, an ext4): mounts it at /rw, its home at /home, and
/// sees to it that there is a user "user", as on every qube. Error failed.
void mount_own_disk(const Surroundings&, const QubePaths&);

} // namespace qpkg::agent
