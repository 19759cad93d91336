// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/first_start.hpp"

#include "repo-format/guest/account_rules.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/core/word.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace qpkg {
namespace {

constexpr std::string_view first_start_header = "qpkg-first-start-";
constexpr std::string_view first_start_number = "1";
constexpr std::size_t longest_state_name = 64;

/// Every system's own, whether or not a base has them. What its package manager keeps, each base has.
constexpr std::array<std::string_view, 5> states_of_systems{"dbus", "misc", "pam", "private", "systemd"};

Error broken_first_start(std::string_view what) { return {Code::corrupt, "first-start: " + std::string(what)}; }

bool is_state_name(std::string_view name)
{
    return text::is_word(name, longest_state_name, "+-._") && name.front() != '.' && name.front() != '-' &&
           std::ranges::find(states_of_systems, name) == states_of_systems.end();
}

bool is_plain_word(std::string_view word)
{
    return word.size() <= longest_first_word && std::ranges::all_of(word, [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<std::string> complaint_about_program(const std::vector<std::string>& words)
{
    if (words.empty() || !words.front().starts_with('/')) {
        return "expected a program with its absolute path";
    }
    if (words.size() > most_first_words || !std::ranges::all_of(words, is_plain_word)) {
        return "expected at most " + std::to_string(most_first_words) + " words of printable ASCII, each at most " +
               std::to_string(longest_first_word) + " characters";
    }
    return std::nullopt;
}

std::optional<std::string> complaint_about_state(const std::vector<std::string>& names)
{
    if (names.size() > most_state_folders) {
        return "more than " + std::to_string(most_state_folders) + " folders";
    }
    for (const auto& name : names) {
        if (!is_state_name(name)) {
            return "\"" + text::escaped(name, longest_state_name) + "\" is no name of a folder of an app in /var/lib";
        }
    }
    if (std::ranges::adjacent_find(names, std::ranges::greater_equal()) != names.end()) {
        return "the folders do not ascend";
    }
    return std::nullopt;
}

/// "user postgres" → "postgres".
std::string_view after(std::string_view line, std::string_view word)
{
    const bool is_it = line.starts_with(word) && line.substr(word.size()).starts_with(' ');
    return is_it ? line.substr(word.size() + 1) : std::string_view();
}

std::vector<std::string> lines_of(std::string_view bytes)
{
    if (bytes.size() > largest_first_start || !bytes.ends_with('\n')) {
        throw broken_first_start("larger than 64 KiB, or without an end");
    }
    return text::split(bytes.substr(0, bytes.size() - 1), '\n');
}

void check_first_line(std::string_view line, const AppId& app)
{
    if (!line.starts_with(first_start_header)) {
        throw broken_first_start("expected " + std::string(first_start_header) + std::string(first_start_number));
    }
    line.remove_prefix(first_start_header.size());
    const auto blank = std::min(line.find(' '), line.size());
    if (line.substr(0, blank) != first_start_number) {
        throw Error(Code::unsupported, "first-start: made for another qpkg");
    }
    if (line.substr(std::min(blank + 1, line.size())) != app.text()) {
        throw broken_first_start("is of another app");
    }
}

} // namespace

std::string first_start_path(const AppId& app) { return "/usr/share/qpkg/" + app.text() + "/first-start"; }

std::optional<FirstStartComplaint> complaint_about(const FirstStart& first)
{
    if (!is_account_name(first.user) || first.user == "root") {
        return FirstStartComplaint{"user", "expected an account of the module, or user"};
    }
    if (auto complaint = complaint_about_state(first.state)) {
        return FirstStartComplaint{"state", *std::move(complaint)};
    }
    if (first.run.size() > most_first_programs) {
        return FirstStartComplaint{"run", "more than " + std::to_string(most_first_programs) + " programs"};
    }
    if (first.state.empty() && !first.run.empty()) {
        return FirstStartComplaint{"state", "a first start makes what lasts in folders of the app, and there is none"};
    }
    for (const auto& words : first.run) {
        if (auto complaint = complaint_about_program(words)) {
            return FirstStartComplaint{"run", *std::move(complaint)};
        }
    }
    return std::nullopt;
}

std::string encode_first_start(const AppId& app, const FirstStart& first)
{
    if (const auto complaint = complaint_about(first)) {
        throw Error(Code::usage, "first_start." + std::string(complaint->member) + ": " + complaint->what);
    }
    auto text = std::string(first_start_header) + std::string(first_start_number) + ' ' + app.text() + "\nuser " +
                first.user + '\n';
    for (const auto& name : first.state) {
        text += "state " + name + '\n';
    }
    for (const auto& words : first.run) {
        text += "run\n";
        for (const auto& word : words) {
            text += "word " + word + '\n';
        }
    }
    if (text.size() > largest_first_start) {
        throw Error(Code::usage, "first_start.run: more than " + std::to_string(largest_first_start) + " bytes");
    }
    return text;
}

FirstStart parse_first_start(std::string_view bytes, const AppId& app)
{
    const auto lines = lines_of(bytes);
    check_first_line(lines.front(), app);
    FirstStart first{.user = {}};
    for (const auto& line : std::span(lines).subspan(1)) {
        if (line.starts_with("user ")) {
            first.user = after(line, "user");
        } else if (line.starts_with("state ")) {
            first.state.emplace_back(after(line, "state"));
        } else if (line == "run") {
            first.run.emplace_back();
        } else if (line.starts_with("word ") && !first.run.empty()) {
            first.run.back().emplace_back(after(line, "word"));
        } else {
            throw broken_first_start("a line that is none of user, state, run and word");
        }
    }
    if (const auto complaint = complaint_about(first)) {
        throw broken_first_start(std::string(complaint->member) + ": " + complaint->what);
    }
    if (first.is_nothing() ||
        encode_first_start(app, first) != bytes) { // the lines are in another order, or there twice
        throw broken_first_start("says nothing, or not in its one spelling");
    }
    return first;
}

} // namespace qpkg
