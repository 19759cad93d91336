// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/place.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

/// What the option `word` wants behind it.
std::optional<Rules> wanted_behind(const std::vector<Option>& options, const std::string& word)
{
    for (const auto& option : options) {
        if (std::ranges::count(option_names(option), word) > 0 && option.takes_word()) {
            return option.rules;
        }
    }
    return std::nullopt;
}

/// The command or group that `word` leads to; empty when it is another word.
std::string name_behind(const Program& program, const std::string& name, const std::string& word)
{
    auto typed = name.empty() ? word : name + ' ' + word;
    for (const auto& command : program.commands) {
        if (command.name == typed || command.name.starts_with(typed + ' ')) {
            return typed;
        }
        const auto before = command.name.substr(0, command.name.rfind(' ') + 1);
        if (!command.alias.empty() && std::string(before).append(command.alias) == typed) {
            return std::string(command.name);
        }
    }
    return {};
}

void take(const Program& program, Place& place, const std::string& word)
{
    if (place.waiting) {
        place.waiting.reset();
    } else if (word == "--") {
        place.beyond = true;
    } else if (word.starts_with('-')) {
        place.waiting = wanted_behind(options_at(program, place), word);
    } else if (auto name = name_behind(program, place.name, word); !name.empty()) {
        place.name = std::move(name);
    }
}

/// As a shell reads it again.
std::string quoted(const std::string& word)
{
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_./:=,+@%").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, is_plain)) {
        return word;
    }
    std::string safe = "'";
    for (const char c : word) {
        safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return safe + '\'';
}

/// The command line with two dashes before the word at `program_at`.
std::string with_dashes(std::span<const std::string> words, std::size_t program_at, std::span<const std::string> behind)
{
    std::string line = "qpkg";
    for (std::size_t i = 0; i < words.size(); ++i) {
        line += (i == program_at ? " -- " : " ") + quoted(words[i]);
    }
    line += behind.empty() ? "" : " --";
    for (const auto& word : behind) {
        line += ' ' + quoted(word);
    }
    return line;
}

} // namespace

/// The options of the command, then those of every command.
std::vector<Option> options_at(const Program& program, const Place& place)
{
    const auto* command = find_command(program, place.name);
    auto options = command == nullptr ? std::vector<Option>() : command->options;
    options.insert(options.end(), program.options.begin(), program.options.end());
    return options;
}

std::vector<std::string> option_names(const Option& option)
{
    return option.is_argument() ? std::vector<std::string>() : text::split(option.names(), ',');
}

Place place_behind(const Program& program, std::span<const std::string> words)
{
    Place place;
    for (const auto& word : words) {
        take(program, place, word);
    }
    return place;
}

Error unknown_command(const Program& program, const std::string& before, const std::string& word)
{
    const auto parent = before.empty() ? std::string() : before + ' ';
    auto near = text::near_names(word, words_behind(program, before));
    for (auto& name : near) {
        name.insert(0, "`qpkg " + parent).append(1, '`');
    }
    return {Code::usage, "unknown command \"" + text::escaped(parent + word) + '"',
            near.empty() ? "see `qpkg " + parent + "--help`" : "did you mean " + text::join(near, " or ") + '?'};
}

void refuse_misplaced_words(const Program& program, std::span<const std::string> words,
                            std::span<const std::string> behind)
{
    Place place;
    std::size_t arguments = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool is_free = !place.waiting && !words[i].starts_with('-');
        const auto before = place.name;
        take(program, place, words[i]);
        if (!is_free || place.name != before) {
            continue;
        }
        if (!words_behind(program, before).empty()) {
            throw unknown_command(program, before, words[i]);
        }
        const auto* command = find_command(program, before);
        if (command != nullptr && command->runs_program && ++arguments == 2) {
            throw Error(Code::usage, "the program and its words stand behind two dashes",
                        "say it so: " + with_dashes(words, i, behind));
        }
    }
}

} // namespace qpkg::cli
