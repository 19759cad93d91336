// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/sources.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The disks of the qube, as its kernel lists them.
namespace qpkg::agent {

/// The disk that a notice means: the place it names; else the one whose serial number is the first 20 hex digits of the
/// volume's root (virtio disks have one), else xvdq and the slot's letter (Xen disks have none).
std::optional<std::filesystem::path> disk_of(const Surroundings&, const Notice&);

std::optional<std::filesystem::path> disk_with_serial(const Surroundings&, std::string_view serial);

/// What the host calls the disks (see disk_of: a letter, or the serial number) that could hold volumes, are not among
/// those announced, and that a mount or mapping still uses. Gives the kernel a moment to end what nobody uses.
std::vector<std::string> disks_in_use(const Surroundings&, const Announcements&);

/// The next read asks the disk itself.
void drop_cached(const std::filesystem::path& device);

/// Up to `cap` bytes from the beginning of a device. Error failed.
std::string read_beginning(const std::filesystem::path& device, std::size_t cap);

} // namespace qpkg::agent
