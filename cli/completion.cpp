// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/completion.hpp"

#include "app/use/catalog.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// An option of this command or of those above it.
const CLI::Option* option_named(const CLI::App* command, const std::string& word)
{
    for (; command != nullptr; command = command->get_parent()) {
        if (const auto* option = command->get_option_no_throw(word); option != nullptr && !option->get_positional()) {
            return option;
        }
    }
    return nullptr;
}

/// The metavariable of a value, or of the first positional: "QUBE". `qube remove NAME` names a qube.
std::string kind_of(const CLI::App& command, const CLI::Option& option)
{
    auto kind = option.get_positional() ? option.get_name(true) : option.get_type_name();
    kind = kind.substr(0, kind.find_first_of("[ ."));
    const auto group = command.get_parent() == nullptr ? std::string() : command.get_parent()->get_name();
    if (kind == "NAME" && option.get_positional() && command.get_name() != "create" && command.get_name() != "add") {
        return group == "qube" ? "QUBE" : group == "repo" ? "REPOSITORY" : kind;
    }
    return kind;
}

std::vector<std::string> option_names(const CLI::App* command)
{
    std::vector<std::string> names;
    for (; command != nullptr; command = command->get_parent()) {
        for (const auto* option : command->get_options()) {
            for (const auto& name : option->get_group().empty() ? std::vector<std::string>() : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
    }
    return names;
}

std::vector<std::string> subcommand_names(const CLI::App& command)
{
    std::vector<std::string> names;
    for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
        if (!sub->get_group().empty()) {
            names.push_back(sub->get_name());
        }
    }
    return names;
}

const CLI::App* subcommand_named(const CLI::App& command, const std::string& word)
{
    const auto found = command.get_subcommands([&](const CLI::App* sub) { return sub->check_name(word); });
    return found.empty() ? nullptr : found.front();
}

/// Where the words before the last one lead.
struct Place {
    const CLI::App* command;
    const CLI::Option* waiting = nullptr; ///< an option that still wants its value
    bool beyond = false;                  ///< behind "--": another program's words
};

Place place_after(const CLI::App& app, std::span<const std::string> words)
{
    Place place{&app};
    for (const auto& word : words) {
        if (place.waiting != nullptr) {
            place.waiting = nullptr;
        } else if (word == "--") {
            place.beyond = true;
        } else if (word.starts_with('-')) {
            const auto* option = option_named(place.command, word);
            place.waiting = option != nullptr && takes_value(*option) ? option : nullptr;
        } else if (const auto* sub = subcommand_named(*place.command, word); sub != nullptr) {
            place.command = sub;
        }
    }
    return place;
}

std::vector<std::string> candidates(const Place& place, std::string_view word, const KnownNames& names)
{
    if (place.beyond) {
        return {};
    }
    if (place.waiting != nullptr) {
        return names(kind_of(*place.command, *place.waiting));
    }
    if (word.starts_with('-')) {
        return option_names(place.command);
    }
    if (auto subcommands = subcommand_names(*place.command); !subcommands.empty()) {
        return subcommands;
    }
    for (const auto* option : place.command->get_options()) {
        if (option->get_positional()) {
            return names(kind_of(*place.command, *option));
        }
    }
    return {};
}

} // namespace

std::vector<std::string> known_names(app::World& world, std::string_view kind)
{
    const auto snapshot = world.db.snapshot();
    std::vector<std::string> names;
    if (kind == "QUBE") {
        for (const auto& qube : snapshot.qubes) {
            names.push_back(qube.name.text());
        }
    } else if (kind == "BASE") {
        for (const auto& base : snapshot.bases) {
            names.push_back(base.id.text());
        }
    } else if (kind == "REPOSITORY") {
        for (const auto& repository : snapshot.repositories) {
            names.push_back(repository.name.text());
        }
    } else if (kind == "APP") {
        const app::Catalog catalog(world, snapshot, app::Reach::offline);
        for (const auto& offer : catalog.offers()) {
            names.push_back(short_name(offer.release.app));
        }
    }
    return names;
}

std::vector<std::string> completions(const CLI::App& app, std::span<const std::string> words, const KnownNames& names)
{
    if (words.empty()) {
        return {};
    }
    const auto& word = words.back();
    auto found = candidates(place_after(app, words.first(words.size() - 1)), word, names);
    std::erase_if(found, [&](const std::string& candidate) { return !candidate.starts_with(word); });
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace qpkg::cli
