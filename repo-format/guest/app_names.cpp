// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/app_names.hpp"

#include <algorithm>
#include <array>

namespace qpkg {
namespace {

constexpr std::string_view service_ending = ".service";

/// Names that programs of every system take for the system's own.
constexpr std::array<std::string_view, 2> bus_names_of_systems = {"org.freedesktop.DBus", "org.freedesktop.systemd1"};
/// What libraries and toolkits ask for, each with all names below it.
constexpr std::array<std::string_view, 12> bus_names_relied_on = {"ca.desrt.dconf",
                                                                  "org.a11y",
                                                                  "org.freedesktop",
                                                                  "org.gnome.OnlineAccounts",
                                                                  "org.gnome.SessionManager",
                                                                  "org.gnome.SettingsDaemon",
                                                                  "org.gnome.evolution",
                                                                  "org.gnome.keyring",
                                                                  "org.gtk",
                                                                  "org.kde.kwalletd5",
                                                                  "org.kde.kwalletd6",
                                                                  "org.xfce.Xfconf"};
/// Drop-ins of the base for `qubes-.service`, and what buses, udev and the init ask for by such names.
constexpr std::array<std::string_view, 6> stems_of_systems = {"dbus-", "getty-", "initrd-",
                                                              "qpkg-", "qubes-", "systemd-"};
/// Links that a distribution makes: other units want whatever has the name.
constexpr std::array<std::string_view, 6> roles_of_systems = {"ctrl-alt-del", "dbus",   "display-manager",
                                                              "emergency",    "rescue", "syslog"};

/// `name`, or `name` and more parts after one of `separators`.
bool is_at_or_below(std::string_view text, std::string_view name, std::string_view separators)
{
    return text.starts_with(name) && (text.size() == name.size() || separators.find(text[name.size()]) != text.npos);
}

bool is_bus_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// D-Bus Specification, "Valid Names": two parts or more, none empty or beginning with a digit.
bool is_bus_name(std::string_view name)
{
    if (name.find('.') == std::string_view::npos) {
        return false;
    }
    for (;;) {
        const auto end = std::min(name.find('.'), name.size());
        const auto part = name.substr(0, end);
        if (part.empty() || (part.front() >= '0' && part.front() <= '9') ||
            !std::ranges::all_of(part, is_bus_character)) {
            return false;
        }
        if (end == name.size()) {
            return true;
        }
        name.remove_prefix(end + 1);
    }
}

std::string_view stem_of(std::string_view service)
{
    return service.substr(0, service.size() - std::min(service.size(), service_ending.size()));
}

} // namespace

bool is_bus_name_of(const AppId& app, std::string_view name) { return is_at_or_below(name, app.text(), "."); }

bool is_service_of(const AppId& app, std::string_view name)
{
    return name.ends_with(service_ending) && is_at_or_below(stem_of(name), app.text(), ".-");
}

bool is_relied_on(std::string_view bus_name)
{
    return std::ranges::any_of(bus_names_relied_on, [&](auto relied) { return is_at_or_below(bus_name, relied, "."); });
}

std::optional<std::string> complaint_about_bus_name(std::string_view name)
{
    if (!is_bus_name(name)) {
        return "not a name of a bus: parts of letters, digits, _ and - with dots between";
    }
    if (std::ranges::any_of(bus_names_of_systems, [&](auto system) { return is_at_or_below(name, system, "."); })) {
        return "the name is the system's own";
    }
    return std::nullopt;
}

std::optional<std::string> complaint_about_service(std::string_view name)
{
    if (!name.ends_with(service_ending) || stem_of(name).empty()) {
        return "the name of a service ends in .service";
    }
    const auto stem = stem_of(name);
    if (stem.ends_with('-')) {
        return "what is said of this name holds for every service that begins with it";
    }
    if (stem.find('@') != std::string_view::npos) {
        return "a template, or an instance of one, is no service of its own";
    }
    if (std::ranges::any_of(stems_of_systems, [&](auto system) { return stem.starts_with(system); }) ||
        std::ranges::find(roles_of_systems, stem) != roles_of_systems.end()) {
        return "the name is the system's own";
    }
    return std::nullopt;
}

} // namespace qpkg
