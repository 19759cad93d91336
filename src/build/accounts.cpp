// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/accounts.hpp"

#include "build/scan.hpp"
#include "repo-format/guest/account_rules.hpp"

#include "qpkg/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <vector>

namespace qpkg::build {
namespace {

using Table = std::map<std::string, std::vector<std::string>>;

constexpr std::size_t passwd_fields = 7;
constexpr std::size_t group_fields = 4;
constexpr std::size_t longest_field = 256;
constexpr std::size_t largest_accounts = 64 * 1024 * 1024;

/// Lines of colon-separated fields by their first field; malformed lines are nobody's account.
Table read_table(std::string_view text, std::size_t fields)
{
    Table table;
    for (const auto& line : text::split(text, '\n')) {
        auto words = text::split(line, ':');
        if (words.size() == fields && !words.front().empty()) {
            table.emplace(words.front(), std::move(words));
        }
    }
    return table;
}

/// Printable ASCII without what means something in sysusers.d.
bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\' && c != '%' && c != ':'; }

std::string quoted(std::string word)
{
    std::erase_if(word, [](char c) { return !is_plain(c); });
    word.resize(std::min(word.size(), longest_field));
    return word.empty() ? "-" : '"' + word + '"';
}

std::string path_or_default(const std::string& path)
{
    const auto parts = text::split(path, '/');
    const bool is_path = path.starts_with('/') && path.size() <= longest_field && std::ranges::all_of(path, is_plain) &&
                         path.find(' ') == std::string::npos && std::ranges::find(parts, "..") == parts.end();
    return is_path ? path : "-";
}

std::string refusal(std::string_view what, const std::string& name)
{
    return fmt::format("{} \"{}\"", what, text::escaped(name, 60));
}

std::set<std::string> members_of(const Table& groups, const std::string& name)
{
    const auto found = groups.find(name);
    if (found == groups.end()) {
        return {};
    }
    const auto names = text::split(found->second.back(), ',');
    std::set<std::string> members(names.begin(), names.end());
    members.erase("");
    return members;
}

/// Root by another name: number 0, or a name that the base's table gives it.
bool is_root_group(const Table& groups, const std::string& name)
{
    const auto found = groups.find(name);
    return name == "root" || (found != groups.end() && found->second[2].find_first_not_of('0') == std::string::npos);
}

class Additions {
public:
    Additions(const Accounts& before, const Accounts& after)
        : users_before_(read_table(before.passwd, passwd_fields)),
          groups_before_(read_table(before.group, group_fields)), users_(read_table(after.passwd, passwd_fields)),
          groups_(read_table(after.group, group_fields))
    {
    }

    AccountLines lines() &&
    {
        for (const auto& [name, user] : users_) {
            if (!users_before_.contains(name) && accept("the user", name)) {
                lines_.insert(fmt::format("u {} - {} {} {}", name, quoted(user[4]), path_or_default(user[5]),
                                          path_or_default(user[6])));
            }
        }
        for (const auto& [name, group] : groups_) {
            if (!groups_before_.contains(name) && accept("the group", name)) {
                lines_.insert(fmt::format("g {} -", name));
            }
            add_members(name);
        }
        for (const auto& line : lines_) {
            result_.sysusers += line + '\n';
        }
        return std::move(result_);
    }

private:
    bool accept(std::string_view what, const std::string& name)
    {
        if (is_account_name(name)) {
            return true;
        }
        result_.refused.push_back(refusal(what, name));
        return false;
    }

    void add_members(const std::string& group)
    {
        const auto known = members_of(groups_before_, group);
        for (const auto& member : members_of(groups_, group)) {
            if (known.contains(member) || !is_account_name(group) || !accept("the member", member)) {
                continue;
            }
            if (is_root_group(groups_before_, group)) {
                result_.refused.push_back(refusal("a member of root's group,", member));
            } else {
                lines_.insert(fmt::format("m {} {}", member, group));
            }
        }
    }

    Table users_before_;
    Table groups_before_;
    Table users_;
    Table groups_;
    std::set<std::string> lines_;
    AccountLines result_;
};

void add_rows(std::vector<Details::Account>& rows, Details::AccountKind kind, const Table& table)
{
    for (const auto& [name, fields] : table) {
        const auto& digits = fields[2];
        std::uint32_t number = 0;
        const auto* const end = digits.data() + digits.size();
        if (const auto [stop, error] = std::from_chars(digits.data(), end, number);
            error == std::errc() && stop == end) {
            rows.push_back({kind, name, number});
        }
    }
}

} // namespace

Accounts accounts_in(const Fd& root)
{
    return {read_in_root(root, "/etc/passwd", largest_accounts), read_in_root(root, "/etc/group", largest_accounts)};
}

std::vector<Details::Account> account_rows(const Accounts& accounts)
{
    std::vector<Details::Account> rows;
    add_rows(rows, Details::AccountKind::group, read_table(accounts.group, group_fields));
    add_rows(rows, Details::AccountKind::user, read_table(accounts.passwd, passwd_fields));
    return rows;
}

AccountLines sysusers_for(const Accounts& before, const Accounts& after) { return Additions(before, after).lines(); }

} // namespace qpkg::build
