// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/display.hpp"

#include "adapters/local/socket_relay.hpp"
#include "adapters/local/x11_cookies.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_cookies = 1024 * 1024;
const fs::path runtime_inside = "/run/user/1000";
const fs::path x11_sockets = "/tmp/.X11-unix";
const fs::path printing = "/run/cups"; ///< the folder: a daemon that starts again makes a new socket

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

/// ":0", "localhost:10.0" → "0", "10".
std::string display_number(const std::string& display)
{
    const auto colon = display.rfind(':');
    return colon == std::string::npos ? "" : display.substr(colon + 1, display.find('.', colon) - colon - 1);
}

std::optional<fs::path> cookie_file()
{
    const fs::path named = variable("XAUTHORITY");
    const auto file = named.empty() ? fs::path(variable("HOME")) / ".Xauthority" : named;
    std::error_code not_readable;
    return fs::is_regular_file(file, not_readable) ? std::optional(file) : std::nullopt;
}

void add_sockets_of_user(Display& display)
{
    const fs::path runtime = variable("XDG_RUNTIME_DIR");
    if (!runtime.is_absolute()) {
        return;
    }
    const fs::path wayland = variable("WAYLAND_DISPLAY");
    for (const auto& name : {wayland, fs::path("pulse/native"), fs::path("pipewire-0")}) {
        const auto here = runtime / name; // an absolute name stands alone
        std::error_code not_readable;
        if (!name.empty() && fs::is_socket(here, not_readable)) {
            display.sockets.push_back({here, runtime_inside / (name.is_absolute() ? name.filename() : name)});
        }
    }
    if (wayland.is_absolute()) {
        display.environment["WAYLAND_DISPLAY"] = wayland.filename().string();
    }
}

/// A server somewhere in the network is found by its name; of this host there is the usual socket.
void add_printing(Display& display)
{
    const auto server = variable("CUPS_SERVER");
    if (!server.empty() && !server.starts_with('/')) {
        display.environment["CUPS_SERVER"] = server;
    } else if (fs::is_directory(printing)) {
        display.sockets.push_back({printing, printing});
    }
}

/// Whether the qube's user may connect to what is there.
bool is_open_to_qube(const struct stat& info)
{
    const mode_t needed = info.st_uid == qube_user ? S_IWUSR : S_IWOTH;
    return S_ISDIR(info.st_mode) || (info.st_mode & needed) != 0;
}

void share_socket(const SharedSocket& shared, PlaceLink& link, const fs::path& place)
{
    struct stat info {};
    if (::stat(shared.here.c_str(), &info) != 0) {
        throw system_error("look at " + shared.here.string(), errno);
    }
    const auto source = is_open_to_qube(info) ? shared.here : relayed_socket(shared.here, place);
    link.put(shared.inside, mounts::loose_copy(source));
}

fs::path write_cookies(const std::string& cookies, const fs::path& place, const std::string& number)
{
    const auto file = place / ("x11-cookies-" + number);
    files::write(file, cookies, 0400, files::Durability::scratch);
    if (::chown(file.c_str(), qube_user, qube_user) != 0) {
        throw system_error("give " + file.string() + " to the qube's user", errno);
    }
    return file;
}

fs::path cookies_inside(const std::string& number) { return runtime_inside / (".x11-cookies-" + number); }

template <class Step>
void attempt(const std::string& what, Step&& step)
{
    try {
        step();
    } catch (const Error& error) {
        log::warning(what + " is not shown in the qube: " + error.what());
    }
}

} // namespace

Display callers_display()
{
    Display display;
    const auto x11 = variable("DISPLAY");
    if (!x11.empty()) {
        if (fs::is_directory(x11_sockets)) {
            display.sockets.push_back({x11_sockets, x11_sockets});
        }
        display.number = display_number(x11);
        display.cookies = cookie_file();
        const bool is_number =
            !display.number.empty() && std::ranges::all_of(display.number, [](char c) { return c >= '0' && c <= '9'; });
        if (display.cookies && is_number) {
            display.environment["XAUTHORITY"] = cookies_inside(display.number).string();
        } else {
            display.cookies.reset();
        }
    }
    add_sockets_of_user(display);
    add_printing(display);
    return display;
}

void share_display(const Display& display, PlaceLink& link, const fs::path& place)
{
    for (const auto& shared : display.sockets) {
        attempt(shared.here.string(), [&] { share_socket(shared, link, place); });
    }
    if (display.cookies) {
        attempt(display.cookies->string(), [&] {
            const auto all = files::read(*display.cookies, largest_cookies);
            const auto file = write_cookies(cookies_for(display.number, all), place, display.number);
            link.put(cookies_inside(display.number), mounts::loose_copy(file));
        });
    }
}

} // namespace qpkg::local
