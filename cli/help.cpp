// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/help.hpp"

#include "cli/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qpkg::cli {
namespace {

/// The options of a command, and of the commands below it ("add --fingerprint HEX").
std::vector<std::pair<std::string, std::string>> option_lines(const CLI::App& command)
{
    std::vector<std::pair<std::string, std::string>> lines;
    if (command.get_parent() != nullptr) {
        for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
            for (const auto& [name, words] : option_lines(*sub)) {
                lines.emplace_back(sub->get_name() + ' ' + name, words);
            }
        }
    }
    for (const auto* option : command.get_options()) {
        const bool repeats_help = option->check_lname("help") && command.get_parent() != nullptr;
        if (option->get_group().empty() || repeats_help) {
            continue;
        }
        auto name = option->get_name(option->get_positional(), true);
        if (option->get_items_expected_max() > 0 && !option->get_positional()) {
            name += " " + option->get_type_name();
        }
        lines.emplace_back(name, option->get_description());
    }
    return lines;
}

} // namespace

std::string plain_help(const CLI::App& command, std::string_view name)
{
    auto help = markup::plain(help_text(name));
    const auto lines = option_lines(command);
    std::size_t column = 0;
    for (const auto& [option, words] : lines) {
        column = std::max(column, option.size());
    }
    if (!lines.empty()) {
        help += "OPTIONS\n";
    }
    for (const auto& [option, words] : lines) {
        help += fmt::format("  {:<{}}  {}\n", option, column, words);
    }
    if (command.get_parent() != nullptr) {
        help += "\nOptions of every command: qpkg --help\n";
    }
    return help;
}

std::string man_page(const CLI::App& command, std::string_view name)
{
    const auto title = name == "qpkg" ? std::string(name) : "qpkg-" + std::string(name);
    auto page = fmt::format(".TH \"{}\" 1 \"\" \"qpkg {}\" \"qpkg\"\n", markup::roff_words(title), QPKG_VERSION);
    page += markup::roff(help_text(name));
    const auto lines = option_lines(command);
    if (!lines.empty()) {
        page += ".SH OPTIONS\n";
    }
    for (const auto& [option, words] : lines) {
        page += ".TP\n.B " + markup::roff_words(option) + '\n' + markup::roff_words(words) + '\n';
    }
    return page + ".SH SEE ALSO\n.BR qpkg (1),\n.BR qpkg\\-exit\\-codes (7)\n";
}

} // namespace qpkg::cli
