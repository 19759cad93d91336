// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/menu.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qpkg::build {

/// The value of a key in the first group of a desktop entry, as the agent reads it; nothing where that refuses the
/// file.
std::optional<std::string> desktop_value(std::string_view entry, std::string_view key);

/// What a menu outside the qube shows of a desktop entry: its untranslated name in ASCII, icon and categories,
/// without the characters that a manifest does not carry. Nothing for an entry that wants no place in menus, or has no
/// name.
std::optional<MenuEntry> menu_of(std::string_view desktop_entry);

} // namespace qpkg::build
