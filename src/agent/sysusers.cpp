// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"

#include "repo-format/guest/account_rules.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace qpkg::agent {
namespace {

using Words = std::vector<std::string>;

Error broken(std::size_t line, std::string_view what)
{
    return {Code::corrupt, "sysusers: line " + std::to_string(line) + ": " + std::string(what)};
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

bool is_kept_id(unsigned number) { return number >= lowest_kept_id && number <= highest_kept_id; }

class Applier {
public:
    Applier(const Accounts& base, const AppId& app, ViewAccounts before)
        : base_(base), app_(app), view_(std::move(before))
    {
    }

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
            check_number(words);
            add_group(words[1]);
        } else {
            add_member(words);
        }
    }

    ViewAccounts finish() && { return std::move(view_); }

private:
    /// Which number a package would like is not followed. What follows a colon is about the group.
    void check_number(const Words& words) const
    {
        const auto text = words.size() > 2 ? std::string_view(words[2]).substr(0, words[2].find(':')) : "-";
        if (text != "-" && !text.starts_with('/') && !account_number(text)) {
            throw broken(number_, "expected a number below 65535 or -");
        }
    }

    /// The number that a row is missing of: an account that is not in `table`, or that the base has and the app had
    /// before. A user of the app has a group of the app, whatever group of that name the base has.
    std::optional<unsigned> own_id(std::string& table, const std::string& name)
    {
        const auto row = account_row(table, name);
        if (row && !view_.ids.of(app_, name)) {
            return std::nullopt;
        }
        const auto id = view_.ids.deal(app_, name, base_);
        if (row && (*row)[2] == std::to_string(id)) {
            return std::nullopt;
        }
        if (row) {
            table = without_account(table, name);
        }
        return id;
    }

    unsigned add_group(const std::string& name)
    {
        auto& table = view_.tables.group;
        if (const auto id = own_id(table, name)) {
            table += name + ":x:" + std::to_string(*id) + ":\n";
            return *id;
        }
        return account_number((*account_row(table, name))[2]).value_or(largest_account_number);
    }

    void add_user(const Words& words)
    {
        const auto field = [&](std::size_t place, const char* otherwise) {
            return words.size() > place && words[place] != "-" ? words[place] : std::string(otherwise);
        };
        const auto gecos = field(3, "");
        const auto home = field(4, "/");
        const auto shell = field(5, "/usr/sbin/nologin");
        if (!is_account_field(gecos) || !is_account_field(home) || !is_account_field(shell)) {
            throw broken(number_, "a colon where none may be");
        }
        check_number(words);
        auto& table = view_.tables.passwd;
        const auto id = own_id(table, words[1]);
        if (!id) {
            return;
        }
        const auto group = group_of(words);
        if (group == 0) {
            throw broken(number_, "only root has the group 0");
        }
        table += words[1] + ":x:" + std::to_string(*id) + ':' + std::to_string(group) + ':' + gecos + ':' + home + ':' +
                 shell + '\n';
    }

    /// "4:65534" and "4:users" give the user's group by number or name, else it is made for him with his own number.
    unsigned group_of(const Words& words)
    {
        const auto colon = words.size() > 2 ? words[2].find(':') : std::string::npos;
        if (colon == std::string::npos) {
            return add_group(words[1]);
        }
        const auto group = words[2].substr(colon + 1);
        if (const auto number = account_number(group)) {
            if (is_kept_id(*number)) {
                throw broken(number_, "a group by a number that the qube deals out");
            }
            return *number;
        }
        if (!is_account_name(group)) {
            throw broken(number_, "expected the number or name of a group");
        }
        return add_group(group);
    }

    void add_member(const Words& words)
    {
        if (words.size() < 3 || !is_account_name(words[2])) {
            throw broken(number_, "expected a user and a group");
        }
        if (add_group(words[2]) == 0) {
            throw broken(number_, "only root is in the group 0");
        }
        std::string table;
        for (const auto& row : text::split(view_.tables.group, '\n')) {
            const auto fields = text::split(row, ':');
            table += row;
            if (fields.size() == 4 && fields[0] == words[2]) {
                const auto members = text::split(fields[3], ',');
                if (std::ranges::find(members, words[1]) == members.end()) {
                    table += (fields[3].empty() ? "" : ",") + words[1];
                }
            }
            table += '\n';
        }
        table.pop_back(); // the last row is what follows the last newline
        view_.tables.group = std::move(table);
    }

    const Accounts& base_;
    const AppId& app_;
    ViewAccounts view_;
    std::size_t number_ = 0;
};

void end_with_newline(std::string& text)
{
    if (!text.empty() && text.back() != '\n') {
        text += '\n';
    }
}

} // namespace

ViewAccounts with_accounts(const Accounts& base, const AppId& app, ViewAccounts before, std::string_view lines)
{
    end_with_newline(before.tables.passwd);
    end_with_newline(before.tables.group);
    Applier applier(base, app, std::move(before));
    for (const auto& line : text::split(lines, '\n')) {
        applier.take(line);
    }
    return std::move(applier).finish();
}

} // namespace qpkg::agent
