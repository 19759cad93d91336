// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <filesystem>

namespace qpkg::agent {

/// Mounts the volume on a disk, read-only. Where the kernel has dm-verity no byte is seen that the root does not vouch
/// for. Where it has not, the disk must look like a volume, and what is in it is taken on the host's word. Error
/// corrupt when the disk holds something else.
void mount_disk(const std::filesystem::path& disk, const VolumeId& root, const std::filesystem::path& place);

} // namespace qpkg::agent
