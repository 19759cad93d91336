// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

namespace qpkg::local {

/// What a program in a qube needs of the caller's display (DISPLAY, WAYLAND_DISPLAY), as paths of the host and of the
/// qube; nothing where there is no display.
std::vector<std::pair<std::filesystem::path, std::filesystem::path>> display_sockets();

} // namespace qpkg::local
