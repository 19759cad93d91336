// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/names.hpp"
#include "qpkg/model/point.hpp"
#include "qpkg/model/service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace qpkg {

/// One app's volume as a qube is told of it.
struct VolumeSlot {
    AppId app;
    std::string version;
    VolumeId volume;
    std::vector<NameRuling> rulings = {};      ///< ascending, each name once: what the qube's own rule would not do
    std::vector<AllowedService> services = {}; ///< that may start in that qube, ascending
    std::uint64_t turn = 0;                    ///< when it is asked for names, see Claimant
    std::optional<PointName> extends = {};     ///< of an extension: it has no view, and no names
    bool is_whole = false;                     ///< of an app: its view is this volume, not the base with it
    std::optional<VolumeId> base = {};         ///< of an app: that its view stands on, where that is not the qube's

    friend auto operator<=>(const VolumeSlot&, const VolumeSlot&) = default;
};

/// Whether both are the same tree on the same volume, whatever else is said of it.
inline bool same_volume(const VolumeSlot& a, const VolumeSlot& b) { return a.app == b.app && a.volume == b.volume; }

/// Distinct ones, with the bases of views.
std::set<VolumeId> volumes_of(std::span<const VolumeSlot> slots);

/// Ascending, as a qube that holds so many volumes can have them. Errors: unsupported (more volumes), conflict (two
/// slots of one app).
std::vector<VolumeSlot> possible_slots(const QubeName& qube, std::span<const VolumeSlot> slots,
                                       std::size_t most_volumes);

/// What only a volume of several apps has: each app's tree lies there, by app id.
inline constexpr const char* composed_folder = "apps";

inline std::string composed_place(const AppId& app) { return std::string(composed_folder) + '/' + app.text(); }

} // namespace qpkg
