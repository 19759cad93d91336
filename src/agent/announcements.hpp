// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace qpkg::agent {

/// Where a notice says the volume is.
struct Mounted {};  ///< the host has mounted it already
struct Searched {}; ///< on whatever disk has the volume's serial number, or the slot's name
using Place = std::variant<Mounted, std::filesystem::path, Searched>;

/// What a source says of one slot.
struct Notice {
    std::string slot; ///< one to 32 of a-z 0-9
    VolumeSlot volume;
    Place place;
};

/// What one source says.
struct Notices {
    std::vector<Notice> found;
    std::vector<std::string> problems; ///< what was there and makes no sense
};

struct Announced {
    VolumeSlot volume;
    std::optional<std::filesystem::path> device;              ///< nothing: the host has mounted the volume already
    std::optional<std::filesystem::path> device_of_base = {}; ///< of the view's own base, where that has one
};

/// What the qube has to show.
struct Announcements {
    std::vector<Announced> found;      ///< ascending by app, each app once
    std::vector<std::string> problems; ///< what was there and makes no sense, or was said and is not there
};

/// The disk a notice means; nothing while it is not there. Not asked for volumes the host has mounted. The base of a
/// view is asked for as a notice without a slot.
using FindDisk = std::function<std::optional<std::filesystem::path>(const Notice&)>;

/// Of several slots of one app that have their disk the lowest counts; an app without any is a problem.
Announcements settle(Notices notices, const FindDisk& find_disk);

bool is_slot_name(std::string_view name);

/// On Xen a slot is the letter of its disk, and a number where several apps are on that: "a", "a12".
std::optional<char> letter_of_slot(std::string_view name);

} // namespace qpkg::agent
