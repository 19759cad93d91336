// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/menu_entry.hpp"

#include <algorithm>

namespace qpkg {
namespace {

bool is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_menu_name && std::ranges::all_of(text, is_menu_name_character) &&
           text.front() != ' ' && text.back() != ' ';
}

} // namespace

bool is_menu_name_character(char c)
{
    return is_word_character(c) || std::string_view(" /.,:&()_+").find(c) != std::string_view::npos;
}

bool is_menu_icon(std::string_view text)
{
    return !text.empty() && text.size() <= longest_menu_name && text.front() != '.' && text.front() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_word_character(c) || c == '.' || c == '_'; });
}

bool is_menu_category(std::string_view text)
{
    return !text.empty() && text.size() <= longest_menu_name && std::ranges::all_of(text, is_word_character);
}

MenuEntry parse_menu_entry(canonical::Fields fields)
{
    MenuEntry entry{.name = fields.text("name")};
    if (!is_name(entry.name)) {
        fields.fail("name", "not the name of a menu entry");
    }
    if (fields.has("icon")) {
        entry.icon = fields.text("icon");
        if (!is_menu_icon(entry.icon)) {
            fields.fail("icon", "not the name of an icon");
        }
    }
    const auto categories = fields.array("categories");
    for (const auto& element : categories) {
        const auto* word = element.get_if<std::string>();
        if (word == nullptr || !is_menu_category(*word) || categories.size() > most_menu_categories) {
            fields.fail("categories", "expected at most 16 words of letters, digits and -");
        }
        entry.categories.push_back(*word);
    }
    return entry;
}

canonical::Object encode_menu_entry(const MenuEntry& entry)
{
    canonical::Object object{{"name", entry.name},
                             {"categories", canonical::Array(entry.categories.begin(), entry.categories.end())}};
    if (!entry.icon.empty()) {
        object.emplace("icon", entry.icon);
    }
    return object;
}

} // namespace qpkg
