// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/qube_user.hpp"

#include "core/user_entry.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::program {
namespace {

constexpr std::string_view qube_user = "user";
constexpr std::string_view qube_user_id = "1000";
constexpr std::string_view qube_home = "/home/user";

using Rows = std::vector<std::vector<std::string>>;

/// Rows of both tables: name, password, number, …; lines that are no rows keep their place.
Rows rows_of(std::string_view table)
{
    Rows rows;
    for (const auto& line : text::split(table, '\n')) {
        if (!line.empty()) {
            rows.push_back(text::split(line, ':'));
        }
    }
    return rows;
}

std::string table_of(const Rows& rows)
{
    std::string table;
    for (const auto& row : rows) {
        table += text::join(row, ":") + '\n';
    }
    return table;
}

Rows::iterator with_number(Rows& rows) // passwd and group have it in one place
{
    return std::ranges::find_if(rows, [](const auto& row) { return row.size() > 3 && row[2] == qube_user_id; });
}

void rename_member(Rows& groups, const std::string& before)
{
    for (auto& group : groups) {
        if (group.size() < 4) {
            continue;
        }
        auto members = text::split(group[3], ',');
        std::ranges::replace(members, before, std::string(qube_user));
        group[3] = text::join(members, ",");
        if (group[0] == before) {
            group[0] = qube_user;
        }
    }
}

/// The number of the group for a new user.
std::string group_number(Rows& groups)
{
    const auto named =
        std::ranges::find_if(groups, [](const auto& row) { return row.size() > 2 && row[0] == qube_user; });
    if (named != groups.end()) {
        return (*named)[2];
    }
    if (with_number(groups) == groups.end()) {
        groups.push_back({std::string(qube_user), "x", std::string(qube_user_id), ""});
    }
    return std::string(qube_user_id);
}

} // namespace

std::optional<AccountTables> with_qube_user(std::string_view passwd, std::string_view group)
{
    if (find_user(passwd, group, qube_user)) {
        return std::nullopt;
    }
    auto users = rows_of(passwd);
    auto groups = rows_of(group);
    const auto own = with_number(users);
    if (own != users.end() && own->size() == 7) {
        rename_member(groups, (*own)[0]);
        (*own)[0] = qube_user;
        (*own)[5] = qube_home;
    } else {
        users.push_back({std::string(qube_user), "x", std::string(qube_user_id), group_number(groups), "",
                         std::string(qube_home), "/bin/sh"});
    }
    return AccountTables{table_of(users), table_of(groups)};
}

} // namespace qpkg::program
