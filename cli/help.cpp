// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/help.hpp"

#include "cli/markup.hpp"

#include "qpkg/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qpkg::cli {
namespace {

constexpr std::pair<Section, std::string_view> sections[] = {
    {Section::apps, "Apps"},       {Section::insight, "Insight"}, {Section::state, "State"},
    {Section::running, "Running"}, {Section::sources, "Sources"}, {Section::publishing, "Publishing"},
    {Section::qubes, "Qubes"},     {Section::help, "Help"},
};

constexpr std::size_t most_columns = 100;
constexpr std::size_t least_room = 24; ///< for words beside an option

/// As they are listed: "install", "repo add|list|check".
std::vector<std::string> commands_of(const Program& program, Section section)
{
    std::vector<std::string> listed;
    for (const auto& word : words_behind(program, "")) {
        const auto first = std::ranges::find_if(program.commands, [&](const Command& command) {
            return command.name == word || command.name.starts_with(word + ' ');
        });
        if (first->section == section) {
            const auto behind = words_behind(program, word);
            listed.push_back(word + (behind.empty() ? "" : " ") + text::join(behind, "|"));
        }
    }
    return listed;
}

std::string list_of_commands(const Program& program, std::size_t columns)
{
    constexpr std::size_t indent = 4;                                                        // of blocks
    const auto widest = columns == 0 ? 90 : std::max<std::size_t>(columns, 40) - indent - 1; // a comma may follow
    std::string list;
    for (const auto& [section, title] : sections) {
        auto line = fmt::format("{:<12}", title);
        std::string_view comma;
        for (const auto& command : commands_of(program, section)) {
            line += comma;
            if (line.size() + command.size() > widest) {
                list += line + '\n';
                line = std::string(12, ' ') + command;
            } else {
                line += (comma.empty() ? "" : " ") + command;
            }
            comma = ",";
        }
        list += comma.empty() ? "" : line + '\n';
    }
    return list;
}

std::string text_of(const Program& program, std::string_view name, std::size_t columns = 0)
{
    std::string words(help_text(name.empty() ? "qpkg" : name.substr(0, name.find(' '))));
    constexpr std::string_view place = "{commands}\n";
    if (const auto found = words.find(place); found != std::string::npos) {
        words.replace(found, place.size(), list_of_commands(program, columns));
    }
    return words;
}

using Lines = std::vector<std::pair<std::string, std::string>>;

void append(Lines& lines, const std::string& before, const std::vector<Option>& options)
{
    for (const auto& [spec, field, words, rules] : options) {
        const auto limits =
            rules.range ? fmt::format(", {} to {}", rules.range->first, rules.range->second) : std::string();
        lines.emplace_back(before + std::string(spec), std::string(words) + limits);
    }
}

/// The options of a command, or of the commands that begin with `name` ("add --fingerprint HEX").
Lines option_lines(const Program& program, std::string_view name)
{
    Lines lines;
    if (name.empty()) {
        append(lines, "", program.options);
    } else if (const auto* command = find_command(program, name)) {
        append(lines, "", command->options);
    }
    for (const auto& word : name.empty() ? std::vector<std::string>() : words_behind(program, name)) {
        append(lines, word + ' ', find_command(program, std::string(name) + ' ' + word)->options);
    }
    return lines;
}

/// Each option beside its words; above them where that leaves them too little room.
std::string options_in_columns(const Lines& lines, std::size_t columns)
{
    std::size_t column = 0;
    for (const auto& [option, words] : lines) {
        column = std::max(column, option.size());
    }
    column += 4;
    const bool is_beside = columns == 0 || column + least_room < columns;
    if (!is_beside) {
        column = 6;
    }
    std::string text;
    for (const auto& [option, words] : lines) {
        const auto parts = wrapped(words, columns > column ? columns - column : columns);
        const std::string indent(column, ' ');
        text += is_beside ? fmt::format("  {:<{}}", option, column - 2) : fmt::format("  {}\n{}", option, indent);
        text += text::join(parts, '\n' + indent) + '\n';
    }
    return text;
}

std::string shown_on_lines(const Page& page, std::string_view text)
{
    auto lines = text::split(text, '\n');
    for (auto& line : lines) {
        line = shown_on(page, line);
    }
    return text::join(lines, "\n");
}

} // namespace

std::string plain_help(const Program& program, std::string_view name, std::size_t columns)
{
    auto help = markup::plain(text_of(program, name, columns), columns);
    const auto lines = option_lines(program, name);
    help += lines.empty() ? "" : "OPTIONS\n" + options_in_columns(lines, columns);
    return help + (name.empty() ? "" : "\nOptions of every command: qpkg --help\n");
}

std::string shown_help(const Program& program, std::string_view name, const Page& page)
{
    return shown_on_lines(page, plain_help(program, name, std::min(page.columns, most_columns)));
}

std::string man_page(const Program& program, std::string_view name)
{
    const auto title = name.empty() ? std::string("qpkg") : "qpkg-" + std::string(name);
    auto page = fmt::format(".TH \"{}\" 1 \"\" \"qpkg {}\" \"qpkg\"\n", markup::roff_words(title), QPKG_VERSION);
    page += markup::roff(text_of(program, name));
    const auto lines = option_lines(program, name);
    if (!lines.empty()) {
        page += ".SH OPTIONS\n";
    }
    for (const auto& [option, words] : lines) {
        page += ".TP\n.B " + markup::roff_words(option) + '\n' + markup::roff_words(words) + '\n';
    }
    return page + ".SH SEE ALSO\n.BR qpkg (1),\n.BR qpkg\\-exit\\-codes (7)\n";
}

} // namespace qpkg::cli
