// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/desktop_menu.hpp"

#include "repo-format/repo/menu_entry.hpp"
#include "repo-format/repo/transliteration.hpp"

#include "qpkg/core/key_value_file.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::build {
namespace {

std::string name_for_menus(std::string_view given)
{
    auto name = in_ascii(given);
    std::erase_if(name, [](char c) { return !is_menu_name_character(c); });
    name.erase(0, name.find_first_not_of(' '));
    name.resize(std::min(name.size(), longest_menu_name));
    name.erase(name.find_last_not_of(' ') + 1);
    return name;
}

} // namespace

std::optional<std::string> desktop_value(std::string_view entry, std::string_view key)
{
    try {
        bool in_group = false;
        for (const auto& line : read_key_value_file(entry)) {
            if (line.group.empty() && in_group && line.key == key) {
                return std::string(line.value);
            }
            if (!line.group.empty() && in_group) {
                break;
            }
            in_group = in_group || line.group == "[Desktop Entry]";
        }
    } catch (const Error&) {
        // The agent refuses it for the same reason: such an entry says nothing.
    }
    return std::nullopt;
}

std::optional<MenuEntry> menu_of(std::string_view desktop_entry)
{
    const auto value = [&](std::string_view key) { return desktop_value(desktop_entry, key).value_or(""); };
    MenuEntry entry{.name = name_for_menus(value("Name"))};
    if (entry.name.empty() || value("NoDisplay") == "true" || value("Hidden") == "true" ||
        value("Type") != "Application") {
        return std::nullopt;
    }
    if (auto icon = value("Icon"); is_menu_icon(icon)) {
        entry.icon = std::move(icon);
    }
    for (auto& word : text::split(value("Categories"), ';')) {
        if (is_menu_category(word) && entry.categories.size() < most_menu_categories) {
            entry.categories.push_back(std::move(word));
        }
    }
    return entry;
}

} // namespace qpkg::build
