// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/updates.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::app {
namespace {

constexpr std::array every_setting{Updates::none, Updates::check, Updates::download, Updates::apply};
constexpr std::size_t largest_setting = 64;

std::filesystem::path file_of(const World& world) { return world.root / "updates"; }

} // namespace

std::string_view word_of(Updates updates)
{
    switch (updates) {
    case Updates::none:
        return "none";
    case Updates::check:
        return "check";
    case Updates::download:
        return "download";
    case Updates::apply:
        return "apply";
    }
    return "";
}

std::vector<std::string> words_of_updates()
{
    std::vector<std::string> words;
    std::ranges::transform(every_setting, std::back_inserter(words),
                           [](Updates one) { return std::string(word_of(one)); });
    return words;
}

Updates require_updates(const std::string& word)
{
    const auto found = std::ranges::find(every_setting, word, word_of);
    if (found == every_setting.end()) {
        throw Error(Code::usage, "updates: expected " + text::join(words_of_updates(), ", ") + ", found \"" +
                                     text::escaped(word) + '"');
    }
    return *found;
}

Updates updates_of(const World& world)
{
    const auto text = files::read_if_exists(file_of(world), largest_setting);
    if (!text) {
        return Updates::none;
    }
    try {
        return require_updates(std::string(text::trimmed(*text, "\n")));
    } catch (const Error& error) {
        throw Error(Code::corrupt, file_of(world).string() + ": " + error.what(), "set it: qpkg check --updates check");
    }
}

void set_updates(const World& world, Updates updates)
{
    files::write(file_of(world), std::string(word_of(updates)) + '\n');
}

} // namespace qpkg::app
