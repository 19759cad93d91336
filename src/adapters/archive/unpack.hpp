// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/archive.hpp"
#include "qpkg/ports/progress.hpp"

#include <filesystem>

namespace qpkg::archive {

/// Unpacks a tar (plain, gzip, bzip2, xz or zstd) into an existing empty directory. Modes become 0644 or 0755, 0755 for
/// directories; the owner is this process; times, extended attributes and ACLs are not taken over. Devices, pipes and
/// sockets below dev/ are left out.
///
/// Errors name the entry: corrupt (malformed, an absolute path or one with "..", through a symbolic link, there twice,
/// a hard link to anything but a file that came before, a device, pipe or socket elsewhere, more than one layer of
/// compression), no_space (over a limit, disk full), not_found (no such archive).
UnpackReport unpack(const std::filesystem::path& archive, const std::filesystem::path& directory,
                    const UnpackLimits& limits, Progress& progress);

} // namespace qpkg::archive
