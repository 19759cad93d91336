// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>

namespace qpkg::files {

/// What a file system has, or what something takes of it.
struct Room {
    std::uint64_t bytes = 0;
    std::uint64_t files = 0; ///< inodes
};

/// What an ordinary writer may still use at `path`. File systems that make inodes as they need them (btrfs) have any
/// number.
Room room_at(const std::filesystem::path& path);

/// Error no_space says which of the two is missing, and how much.
void require_room(const Room& free, const Room& needed, const std::filesystem::path& path);
void require_room(const std::filesystem::path& path, const Room& needed);

} // namespace qpkg::files
