// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/qubes/client.hpp"
#include "adapters/qubes/menus.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

/// dom0's desktop: whose it is, and how its menu is changed.
namespace qpkg::qubes {

/// Whose menu it is.
struct DesktopUser {
    std::string name;
    std::filesystem::path home;

    friend bool operator==(const DesktopUser&, const DesktopUser&) = default;
};

/// The first member of the group qubes, as Qubes' own services choose; nothing where there is none. `group` and
/// `passwd` are the texts of /etc/group and /etc/passwd.
std::optional<DesktopUser> desktop_user(std::string_view group, std::string_view passwd);

struct Desktop {
    std::filesystem::path system; ///< / but in tests
    std::string sync_appmenus;    ///< the program
};

/// Makes the desktop show what it does not show yet of those qubes that are `running`: icons come from them. Does
/// nothing where dom0 has no desktop's user. What goes wrong with a qube is a warning.
void show_menus(const Client& client, const Desktop& desktop, std::span<const Menu> menus,
                const std::function<std::set<QubeName>()>& running);

} // namespace qpkg::qubes
