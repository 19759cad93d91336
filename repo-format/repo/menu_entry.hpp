// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"

#include "qpkg/model/menu.hpp"

/// The member `menu` of an export in the release manifest. Normative text: repo-format/repo/manifest.md.
namespace qpkg {

inline constexpr std::size_t longest_menu_name = 100; ///< characters, of icons and categories, too
inline constexpr std::size_t most_menu_categories = 16;

bool is_menu_name_character(char c);
bool is_menu_icon(std::string_view text);
bool is_menu_category(std::string_view text);

/// Error corrupt "exports[1].menu.name: …".
MenuEntry parse_menu_entry(canonical::Fields fields);

canonical::Object encode_menu_entry(const MenuEntry& entry);

} // namespace qpkg
