// SPDX-License-Identifier: LGPL-2.1-or-later
// The only file that reads CLI11: its header costs four seconds of compiling, and no command needs to know of it.
#include "cli/command_line.hpp"

#include "cli/place.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <type_traits>

namespace qpkg::cli {
namespace {

CLI::Option* declare(CLI::App& app, const std::string& names, bool* field) { return app.add_flag(names, *field); }

CLI::Option* declare(CLI::App& app, const std::string& names, Wish wish)
{
    return wish == Wish::help ? app.set_help_flag(names) : app.set_version_flag(names);
}

/// CLI11 would take "-1" for the greatest number there is, and "010" for eight.
template <class Number, class Value>
CLI::Option* declare_number(CLI::App& app, const std::string& names, Value* field)
{
    return app.add_option(names, [field](const CLI::results_t& words) {
        const auto& word = words.front();
        Number number{};
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        *field = Value(number);
        return error == std::errc() && end == word.data() + word.size();
    });
}

template <class Value>
CLI::Option* declare(CLI::App& app, const std::string& names, Value* field)
{
    if constexpr (std::is_integral_v<Value>) {
        return declare_number<Value>(app, names, field);
    } else if constexpr (std::is_same_v<Value, std::optional<std::uint64_t>>) {
        return declare_number<std::uint64_t>(app, names, field);
    } else if constexpr (std::is_same_v<Value, std::chrono::seconds>) {
        return declare_number<std::int64_t>(app, names, field);
    } else {
        return app.add_option(names, *field);
    }
}

void add_option(CLI::App& app, const Option& option)
{
    const std::string names(option.names());
    auto* added = std::visit([&](auto field) { return declare(app, names, field); }, option.field);
    const auto& rules = option.rules;
    if (!option.is_argument() && !option.type().empty() && rules.one_of.empty()) { // else CLI11 says the words itself
        added->type_name(std::string(option.type()));
    }
    added->required(rules.required)->envname(std::string(rules.environment))->delimiter(rules.separator);
    if (rules.one_word) {
        added->allow_extra_args(false);
    }
    if (rules.range) {
        added->check(CLI::Range(rules.range->first, rules.range->second));
    }
    if (!rules.one_of.empty()) {
        added->check(CLI::IsMember(rules.one_of));
    }
    if (!rules.excludes.empty()) {
        added->excludes(app.get_option(std::string(rules.excludes)));
    }
}

void add_options(CLI::App& app, const std::vector<Option>& options)
{
    for (const auto& option : options) {
        add_option(app, option);
    }
}

void add_commands(CLI::App& app, const Program& program, const std::function<void(const Command&)>& found)
{
    std::map<std::string, CLI::App*> groups;
    for (const auto& command : program.commands) {
        const auto words = text::split(command.name, ' ');
        auto* parent = &app;
        if (words.size() > 1) {
            auto& group = groups[words.front()];
            if (group == nullptr) {
                group = app.add_subcommand(words.front())->require_subcommand(1);
            }
            parent = group;
        }
        auto* added = parent->add_subcommand(words.back());
        if (!command.alias.empty()) {
            added->alias(std::string(command.alias));
        }
        added->preparse_callback([&found, &command](std::size_t) { found(command); });
        add_options(*added, command.options);
    }
}

/// How the deepest command that was recognised is called: "repo add".
std::string recognised(const CLI::App& app)
{
    std::vector<std::string> words;
    for (auto parsed = app.get_subcommands(); !parsed.empty(); parsed = parsed.front()->get_subcommands()) {
        words.push_back(parsed.front()->get_name());
    }
    return text::join(words, " ");
}

/// A mistyped command deserves a better answer than "a subcommand is required".
Error usage_error(const CLI::App& app, const Program& program, const CLI::ParseError& error)
{
    const auto name = recognised(app);
    const auto see = "see `qpkg " + name + (name.empty() ? "" : " ") + "--help`";
    const auto known = words_behind(program, name);
    const auto extra = app.remaining(true);
    if (known.empty() || extra.empty() || extra.front().starts_with('-')) {
        return {Code::usage, error.what(), see};
    }
    return unknown_command(program, name, extra.front());
}

} // namespace

Asked read_command_line(const Program& program, std::vector<std::string> words,
                        const std::function<void(const Command&)>& found)
{
    CLI::App app("qpkg", "qpkg");
    app.fallthrough();
    app.require_subcommand(1);
    add_options(app, program.options);
    add_commands(app, program, found);
    try {
        std::ranges::reverse(words);
        app.parse(std::move(words));
        return {Wish::run, recognised(app)};
    } catch (const CLI::CallForHelp&) {
        return {Wish::help, recognised(app)};
    } catch (const CLI::CallForVersion&) {
        return {Wish::version, {}};
    } catch (const CLI::ParseError& error) {
        throw usage_error(app, program, error);
    }
}

} // namespace qpkg::cli
