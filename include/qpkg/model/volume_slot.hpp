// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"

#include <string>

namespace qpkg {

/// One app's volume as a qube is told of it.
struct VolumeSlot {
    AppId app;
    std::string version;
    View view;
    VolumeId volume;

    friend auto operator<=>(const VolumeSlot&, const VolumeSlot&) = default;
};

/// What only a volume of several apps has: each app's tree lies there, by app id.
inline constexpr const char* composed_folder = "apps";

inline std::string composed_place(const AppId& app) { return std::string(composed_folder) + '/' + app.text(); }

} // namespace qpkg
