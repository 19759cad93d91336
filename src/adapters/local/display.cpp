// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/display.hpp"

#include <cstdlib>
#include <string>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    if (value == nullptr) {
        return {};
    }
    return value;
}

} // namespace

std::vector<std::pair<fs::path, fs::path>> display_sockets()
{
    std::vector<std::pair<fs::path, fs::path>> sockets;
    const fs::path x11 = "/tmp/.X11-unix";
    if (!variable("DISPLAY").empty() && fs::is_directory(x11)) {
        sockets.emplace_back(x11, x11);
    }
    const fs::path wayland = variable("WAYLAND_DISPLAY");
    const fs::path runtime = variable("XDG_RUNTIME_DIR");
    if (!wayland.empty() && wayland.is_relative() && !runtime.empty() && fs::is_socket(runtime / wayland)) {
        sockets.emplace_back(runtime / wayland, fs::path("/run/user/1000") / wayland);
    }
    return sockets;
}

} // namespace qpkg::local
