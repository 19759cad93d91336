// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"

#include "repo-format/guest/account_rules.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace qpkg::agent {
namespace {

constexpr unsigned highest_system_id = 999;
constexpr unsigned lowest_free_id = 100;
constexpr unsigned largest_id = 65534; // the next one means "no number" to older system calls

using Words = std::vector<std::string>;

Error broken(std::size_t line, std::string_view what)
{
    return {Code::corrupt, "sysusers: line " + std::to_string(line) + ": " + std::string(what)};
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

/// Words parted by blanks; double or single quotes keep blanks together.
Words quoted_words_of(std::string_view line)
{
    Words words;
    char quote = 0;
    bool inside = false;
    for (const char c : line) {
        const bool blank = c == ' ' || c == '\t';
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
            if (!inside) {
                words.emplace_back();
            }
            inside = true;
        } else if (quote == 0 && blank) {
            inside = false;
        } else {
            if (!inside) {
                words.emplace_back();
            }
            inside = true;
            words.back() += c;
        }
    }
    return words;
}

std::optional<unsigned> number_of(std::string_view text)
{
    unsigned number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number > largest_id) {
        return std::nullopt;
    }
    return number;
}

/// The row of passwd or group that begins with this name.
std::optional<std::vector<std::string_view>> row_of(std::string_view table, std::string_view name)
{
    for (const auto row : split(table, '\n')) {
        const auto fields = split(row, ':');
        if (fields.size() > 2 && fields[0] == name) {
            return fields;
        }
    }
    return std::nullopt;
}

bool has_id(std::string_view table, unsigned id)
{
    const auto rows = split(table, '\n');
    return std::ranges::any_of(rows, [id](std::string_view row) {
        const auto fields = split(row, ':');
        return fields.size() > 2 && number_of(fields[2]) == id;
    });
}

class Applier {
public:
    explicit Applier(Accounts accounts) : accounts_(std::move(accounts)) {}

    void take(std::string_view line)
    {
        ++number_;
        const auto words = quoted_words_of(line);
        if (words.empty() || words[0].starts_with('#')) {
            return;
        }
        const auto type = words[0].substr(0, words[0].find_first_of("!-"));
        if (type != "u" && type != "g" && type != "m") {
            return;
        }
        if (words.size() < 2 || !is_account_name(words[1])) {
            throw broken(number_, "expected a user or group name");
        }
        if (type == "u") {
            add_user(words);
        } else if (type == "g") {
            add_group(words[1], wanted_id(words));
        } else {
            add_member(words);
        }
    }

    Accounts finish() { return std::move(accounts_); }

private:
    /// Nothing: any number that is free. What follows a colon is about the group.
    std::optional<unsigned> wanted_id(const Words& words) const
    {
        const auto text = words.size() > 2 ? std::string_view(words[2]).substr(0, words[2].find(':')) : "-";
        if (text == "-" || text.starts_with('/')) {
            return std::nullopt;
        }
        const auto number = number_of(text);
        if (!number) {
            throw broken(number_, "expected a number below 65535 or -");
        }
        return number;
    }

    unsigned free_id(std::optional<unsigned> wanted) const
    {
        const auto is_free = [&](unsigned id) { return !has_id(accounts_.passwd, id) && !has_id(accounts_.group, id); };
        if (wanted && *wanted != 0 && is_free(*wanted)) { // 0 is root, also where no table has a row of it
            return *wanted;
        }
        for (unsigned id = highest_system_id; id >= lowest_free_id; --id) {
            if (is_free(id)) {
                return id;
            }
        }
        throw Error(Code::conflict, "sysusers: no number below 1000 is free");
    }

    unsigned add_group(std::string_view name, std::optional<unsigned> wanted)
    {
        if (const auto row = row_of(accounts_.group, name)) {
            return number_of((*row)[2]).value_or(largest_id);
        }
        const auto id = free_id(wanted);
        accounts_.group += std::string(name) + ":x:" + std::to_string(id) + ":\n";
        return id;
    }

    void add_user(const Words& words)
    {
        if (row_of(accounts_.passwd, words[1])) {
            return;
        }
        const auto field = [&](std::size_t place, const char* otherwise) {
            return words.size() > place && words[place] != "-" ? words[place] : std::string(otherwise);
        };
        const auto gecos = field(3, "");
        const auto home = field(4, "/");
        const auto shell = field(5, "/usr/sbin/nologin");
        if (!is_account_field(gecos) || !is_account_field(home) || !is_account_field(shell)) {
            throw broken(number_, "a colon where none may be");
        }
        const auto id = free_id(wanted_id(words));
        const auto group = group_of(words, id);
        if (group == 0) {
            throw broken(number_, "only root has the group 0");
        }
        accounts_.passwd += words[1] + ":x:" + std::to_string(id) + ':' + std::to_string(group) + ':' + gecos + ':' +
                            home + ':' + shell + '\n';
    }

    /// "4:65534" and "4:users" give the user's group by number or name, else it is made for him with his own number.
    unsigned group_of(const Words& words, unsigned id)
    {
        const auto colon = words.size() > 2 ? words[2].find(':') : std::string::npos;
        if (colon == std::string::npos) {
            return add_group(words[1], id);
        }
        const auto group = words[2].substr(colon + 1);
        if (const auto number = number_of(group)) {
            return *number;
        }
        if (!is_account_name(group)) {
            throw broken(number_, "expected the number or name of a group");
        }
        return add_group(group, std::nullopt);
    }

    void add_member(const Words& words)
    {
        if (words.size() < 3 || !is_account_name(words[2])) {
            throw broken(number_, "expected a user and a group");
        }
        if (add_group(words[2], std::nullopt) == 0) {
            throw broken(number_, "only root is in the group 0");
        }
        std::string table;
        for (const auto row : split(accounts_.group, '\n')) {
            const auto fields = split(row, ':');
            table += row;
            if (fields.size() == 4 && fields[0] == words[2]) {
                const auto members = split(fields[3], ',');
                if (std::ranges::find(members, words[1]) == members.end()) {
                    table += (fields[3].empty() ? "" : ",") + words[1];
                }
            }
            table += '\n';
        }
        table.pop_back(); // the last row is what follows the last newline
        accounts_.group = std::move(table);
    }

    Accounts accounts_;
    std::size_t number_ = 0;
};

void end_with_newline(std::string& text)
{
    if (!text.empty() && text.back() != '\n') {
        text += '\n';
    }
}

} // namespace

Accounts with_accounts(Accounts accounts, std::string_view lines)
{
    end_with_newline(accounts.passwd);
    end_with_newline(accounts.group);
    Applier applier(std::move(accounts));
    for (const auto line : split(lines, '\n')) {
        applier.take(line);
    }
    return applier.finish();
}

} // namespace qpkg::agent
