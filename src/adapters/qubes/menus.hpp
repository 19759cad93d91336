// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the menu's lines come from signed manifests. Qubes would ask the qube what it has, and a qube may say anything;
// what it says would stand in dom0's menu. The manifest was signed, and restricted to what a menu needs. The tool that
// is called removes what it is not told of, so the lines repeat the entries of others as they are. What the desktop
// shows is read first: when that is right already nothing is called, and nothing is recorded, so a failure is made up
// for by the next change.
#pragma once

#include "qpkg/model/menu.hpp"

#include <map>
#include <string>

/// The menu of dom0's desktop. Qubes' own qvm-sync-appmenus makes it out of lines as qubes.GetAppmenus prints them in a
/// qube; here the lines come from signed manifests instead.
namespace qpkg::qubes {

/// By desktop entry, "firefox-esr.desktop": the file that qvm-sync-appmenus made of it.
using MenuFiles = std::map<std::string, std::string>;

/// Whether the desktop shows the items by their names, and nothing former.
bool shows(const MenuFiles& files, const Menu& menu);

/// The lines for qvm-sync-appmenus, which takes away what they do not name: the items, and the entries of others as
/// they are.
std::string menu_lines(const MenuFiles& files, const Menu& menu);

/// The value of the feature menu-items, which lists what of it all is shown: without what is former, with the items
/// that the desktop has not had so far. What its user took from the list stays away.
std::string menu_choice(const std::string& chosen, const MenuFiles& files, const Menu& menu);

} // namespace qpkg::qubes
