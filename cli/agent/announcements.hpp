// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::agent {

struct Announced {
    VolumeSlot volume;
    std::optional<std::filesystem::path> device; ///< nothing: the host has mounted the volume already
};

/// What one source says. Each source (a directory; QubesDB and virtio later) is a function that returns this.
struct Announcements {
    std::vector<Announced> found;      ///< ascending by app, each app once
    std::vector<std::string> problems; ///< what was there and makes no sense
};

/// The directory source of repo-format/announcement.md. Error not_found when there is no such directory: nobody said
/// that there are no volumes.
Announcements read_announced_directory(const std::filesystem::path& directory);

/// The two lines of one file. Error corrupt.
Announced parse_announced_file(std::string_view bytes);

} // namespace qpkg::agent
