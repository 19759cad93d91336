// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/accounts.hpp"

#include "qpkg/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace qpkg::build {
namespace {

using Table = std::map<std::string, std::vector<std::string>>;

constexpr std::size_t passwd_fields = 7;
constexpr std::size_t group_fields = 4;

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

std::string quoted(std::string word)
{
    std::erase_if(word, [](char c) { return c == '"' || c == '\\' || c == '%'; });
    return word.empty() ? "-" : '"' + word + '"';
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

} // namespace

std::string sysusers_for(const Accounts& before, const Accounts& after)
{
    const auto users_before = read_table(before.passwd, passwd_fields);
    const auto groups_before = read_table(before.group, group_fields);
    std::set<std::string> lines;
    for (const auto& [name, user] : read_table(after.passwd, passwd_fields)) {
        if (!users_before.contains(name)) {
            lines.insert(fmt::format("u {} - {} {} {}", name, quoted(user[4]), user[5], user[6]));
        }
    }
    const auto groups = read_table(after.group, group_fields);
    for (const auto& [name, group] : groups) {
        if (!groups_before.contains(name)) {
            lines.insert(fmt::format("g {} -", name));
        }
        const auto known = members_of(groups_before, name);
        for (const auto& member : members_of(groups, name)) {
            if (!known.contains(member)) {
                lines.insert(fmt::format("m {} {}", member, name));
            }
        }
    }
    std::string text;
    for (const auto& line : lines) {
        text += line + '\n';
    }
    return text;
}

} // namespace qpkg::build
