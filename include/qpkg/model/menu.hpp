// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <string>
#include <vector>

namespace qpkg {

/// How a desktop entry appears in a menu outside its qube. Its grammar: repo-format/repo/manifest.md.
struct MenuEntry {
    std::string name;                         ///< "Firefox ESR"
    std::string icon = {};                    ///< the icon's name, "firefox-esr"; empty: none
    std::vector<std::string> categories = {}; ///< "Network", "WebBrowser"

    friend bool operator==(const MenuEntry&, const MenuEntry&) = default;
};

struct MenuItem {
    std::string desktop; ///< "firefox-esr.desktop"
    MenuEntry entry;

    friend bool operator==(const MenuItem&, const MenuItem&) = default;
};

/// What the menu of a qube shall show of its apps.
struct Menu {
    QubeName qube;
    std::vector<MenuItem> items;     ///< ascending by desktop
    std::vector<std::string> former; ///< ascending: desktop entries of other generations, which shall be gone

    friend bool operator==(const Menu&, const Menu&) = default;
};

} // namespace qpkg
