// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/menus.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace qpkg::qubes {
namespace {

constexpr std::string_view place_in_qube = "/usr/local/share/applications/";
constexpr std::string_view name_of_qube = "%VMNAME%:"; // stands before names
constexpr std::array<std::string_view, 5> kept_keys = {"Name", "GenericName", "Comment", "Categories",
                                                       "StartupWMClass"};

std::string_view trimmed(std::string_view value)
{
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
}

bool is_clean(std::string_view value)
{
    return std::ranges::all_of(value, [](char c) { return c >= ' ' && c < '\x7f'; });
}

std::optional<std::string> value_of(std::string_view file, std::string_view key)
{
    for (const auto& line : text::split(file, '\n')) {
        if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
            const auto value = std::string_view(line).substr(key.size() + 1);
            return std::string(trimmed(value.starts_with(name_of_qube) ? value.substr(name_of_qube.size()) : value));
        }
    }
    return std::nullopt;
}

bool is_item(const Menu& menu, const std::string& desktop)
{
    return std::ranges::binary_search(menu.items, desktop, {}, &MenuItem::desktop);
}

bool is_former(const Menu& menu, const std::string& desktop)
{
    return std::ranges::binary_search(menu.former, desktop);
}

void add_line(std::string& lines, const std::string& desktop, std::string_view key, const std::string& value)
{
    lines.append(place_in_qube).append(desktop).append(":").append(key).append("=").append(value).append("\n");
}

void add_program(std::string& lines, const std::string& desktop)
{
    add_line(lines, desktop, "Exec", "qubes-desktop-run " + std::string(place_in_qube) + desktop);
}

void add_item(std::string& lines, const MenuItem& item)
{
    add_line(lines, item.desktop, "Name", item.entry.name);
    if (!item.entry.icon.empty()) {
        add_line(lines, item.desktop, "Icon", item.entry.icon);
    }
    if (!item.entry.categories.empty()) {
        add_line(lines, item.desktop, "Categories", text::join(item.entry.categories, ";") + ';');
    }
    add_program(lines, item.desktop);
}

/// An icon that the qube does not give again stays the one it was.
void add_kept(std::string& lines, const std::string& desktop, std::string_view file)
{
    for (const auto key : kept_keys) {
        if (const auto value = value_of(file, key); value && is_clean(*value)) {
            add_line(lines, desktop, key, *value);
        }
    }
    if (value_of(file, "Icon").value_or("").starts_with("%VMDIR%")) {
        add_line(lines, desktop, "Icon", std::filesystem::path(desktop).stem().string());
    }
    add_program(lines, desktop);
}

} // namespace

bool shows(const MenuFiles& files, const Menu& menu)
{
    return std::ranges::all_of(menu.items,
                               [&](const MenuItem& item) {
                                   const auto file = files.find(item.desktop);
                                   return file != files.end() && value_of(file->second, "Name") == item.entry.name;
                               }) &&
           std::ranges::none_of(menu.former, [&](const std::string& desktop) { return files.contains(desktop); });
}

std::string menu_lines(const MenuFiles& files, const Menu& menu)
{
    std::string lines;
    for (const auto& item : menu.items) {
        add_item(lines, item);
    }
    for (const auto& [desktop, file] : files) {
        if (!is_item(menu, desktop) && !is_former(menu, desktop)) {
            add_kept(lines, desktop, file);
        }
    }
    return lines;
}

std::string menu_choice(const std::string& chosen, const MenuFiles& files, const Menu& menu)
{
    std::vector<std::string> words;
    for (auto& word : text::split(chosen, ' ')) {
        if (!word.empty() && !is_former(menu, word)) {
            words.push_back(std::move(word));
        }
    }
    for (const auto& item : menu.items) {
        if (!files.contains(item.desktop) && std::ranges::find(words, item.desktop) == words.end()) {
            words.push_back(item.desktop);
        }
    }
    return text::join(words, " ");
}

} // namespace qpkg::qubes
