// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace qpkg::cli {

std::vector<Option> joined(std::vector<Option> own, std::vector<Option> shared)
{
    std::ranges::move(shared, std::back_inserter(own));
    return own;
}

std::string schema_name(const Command& command)
{
    std::string name(command.name);
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string_view effect_of(const Command& command)
{
    constexpr std::array<std::string_view, std::variant_size_v<Action>> words{"reads", "refreshes", "writes"};
    return words.at(command.action.index());
}

const Command* find_command(const Program& program, std::string_view name)
{
    const auto found = std::ranges::find(program.commands, name, &Command::name);
    return found == program.commands.end() ? nullptr : &*found;
}

std::vector<std::string> words_behind(const Program& program, std::string_view name)
{
    const auto before = name.empty() ? std::string() : std::string(name) + ' ';
    std::vector<std::string> words;
    for (const auto& command : program.commands) {
        if (command.name.starts_with(before)) {
            const auto rest = command.name.substr(before.size());
            words.emplace_back(rest.substr(0, rest.find(' ')));
        }
    }
    // A group's commands need not stand together: dom0 has some of them, the full program adds others.
    for (auto word = words.begin(); word != words.end();) {
        word = std::find(words.begin(), word, *word) == word ? word + 1 : words.erase(word);
    }
    return words;
}

} // namespace qpkg::cli
