// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/completion.hpp"

#include "app/use/catalog.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace qpkg::cli {
namespace {

/// Where the words before the last one lead.
struct Place {
    std::string name;             ///< of the command, or the words that commands begin with
    std::optional<Names> waiting; ///< an option still wants its word: one of these
    bool beyond = false;          ///< behind "--": another program's words
};

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

/// What the option `word` wants behind it.
std::optional<Names> wanted_behind(const std::vector<Option>& options, const std::string& word)
{
    for (const auto& option : options) {
        if (std::ranges::count(option_names(option), word) > 0 && option.takes_word()) {
            return option.rules.completes;
        }
    }
    return std::nullopt;
}

/// The command or group that `word` leads to; empty when it is another word.
std::string name_behind(const Program& program, const std::string& name, const std::string& word)
{
    const auto typed = name.empty() ? word : name + ' ' + word;
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

Place place_behind(const Program& program, std::span<const std::string> words)
{
    Place place;
    for (const auto& word : words) {
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
    return place;
}

std::vector<std::string> candidates(const Program& program, const Place& place, std::string_view word,
                                    const KnownNames& names)
{
    if (place.beyond) {
        return {};
    }
    if (place.waiting) {
        return names(*place.waiting);
    }
    const auto options = options_at(program, place);
    if (word.starts_with('-')) {
        std::vector<std::string> found;
        for (const auto& option : options) {
            std::ranges::copy_if(option_names(option), std::back_inserter(found),
                                 [](const std::string& name) { return name.starts_with("--"); });
        }
        return found;
    }
    if (auto words = words_behind(program, place.name); !words.empty()) {
        return words;
    }
    const auto argument = std::ranges::find_if(options, &Option::is_argument);
    return argument == options.end() ? std::vector<std::string>() : names(argument->rules.completes);
}

template <class Things, class Name>
std::vector<std::string> names_of(const Things& things, Name name)
{
    std::vector<std::string> names;
    std::ranges::transform(things, std::back_inserter(names), name);
    return names;
}

} // namespace

std::vector<std::string> known_names(app::World& world, Names kind)
{
    const auto snapshot = world.db.snapshot();
    switch (kind) {
    case Names::apps:
        return names_of(app::Catalog(world, snapshot, app::Reach::offline).offers(),
                        [](const auto& offer) { return short_name(offer.release.app); });
    case Names::bases:
        return names_of(snapshot.bases, [](const auto& base) { return base.id.text(); });
    case Names::qubes:
        return names_of(snapshot.qubes, [](const auto& qube) { return qube.name.text(); });
    case Names::repositories:
        return names_of(snapshot.repositories, [](const auto& repository) { return repository.name.text(); });
    case Names::none:
        break;
    }
    return {};
}

std::vector<std::string> completions(const Program& program, std::span<const std::string> words,
                                     const KnownNames& names)
{
    if (words.empty()) {
        return {};
    }
    const auto& word = words.back();
    auto found = candidates(program, place_behind(program, words.first(words.size() - 1)), word, names);
    std::erase_if(found, [&](const std::string& candidate) { return !candidate.starts_with(word); });
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace qpkg::cli
