// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/help.hpp"

#include "qpkg/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace qpkg::cli {
namespace {

std::string without(std::string words, std::string_view marks)
{
    std::erase_if(words, [&](char c) { return marks.find(c) != std::string_view::npos; });
    return words;
}

std::string upper(std::string words)
{
    std::transform(words.begin(), words.end(), words.begin(),
                   [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    return words;
}

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

/// roff: a backslash, and a dot or quote at the start of a line, mean something.
std::string roff(std::string_view words)
{
    std::string safe;
    for (const char c : words) {
        if (c == '\\') {
            safe += "\\e";
        } else if (c == '-') {
            safe += "\\-";
        } else {
            safe += c;
        }
    }
    if (!safe.empty() && (safe.front() == '.' || safe.front() == '\'')) {
        safe.insert(0, "\\&");
    }
    return safe;
}

} // namespace

std::string plain_help(const CLI::App& command, std::string_view name)
{
    std::string help;
    bool code = false;
    for (const auto& line : text::split(help_text(name), '\n')) {
        if (line.starts_with("```")) {
            code = !code;
            continue;
        }
        if (code) {
            help += "    " + line + '\n';
        } else if (line.starts_with('#')) {
            help += upper(line.substr(line.find_first_not_of("# "))) + '\n';
        } else {
            help += without(line, "`*") + '\n';
        }
    }
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
    const auto title_word = name == "qpkg" ? std::string("qpkg") : "qpkg-" + std::string(name);
    auto page = fmt::format(".TH \"{}\" 1 \"\" \"qpkg {}\" \"qpkg\"\n", upper(roff(title_word)), QPKG_VERSION);
    bool code = false;
    bool title = true;
    for (const auto& line : text::split(help_text(name), '\n')) {
        if (line.starts_with("```")) {
            code = !code;
            page += code ? ".PP\n.nf\n.RS 4\n" : ".RE\n.fi\n";
        } else if (code) {
            page += roff(line) + '\n';
        } else if (line.starts_with('#')) {
            const auto heading = line.substr(line.find_first_not_of("# "));
            page += title ? ".SH NAME\n" + roff(title_word) + " \\- " : ".SH " + roff(upper(heading)) + '\n';
        } else if (line.empty()) {
            page += title ? "" : ".PP\n";
        } else {
            title = false;
            page += roff(without(line, "`*")) + '\n';
        }
    }
    page += ".SH OPTIONS\n";
    for (const auto& [option, words] : option_lines(command)) {
        page += ".TP\n.B " + roff(option) + '\n' + roff(words) + '\n';
    }
    return page + ".SH SEE ALSO\n.BR qpkg (1),\n.BR qpkg-exit-codes (7)\n";
}

} // namespace qpkg::cli
