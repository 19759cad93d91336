// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/user_entry.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace qpkg::program {
namespace {

constexpr std::size_t passwd_fields = 7;
constexpr std::size_t group_fields = 4;

/// For programs inside a qube, which have libc alone.
std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    for (;;) {
        const auto end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        if (end == text.size()) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<unsigned> number_of(const std::string& text)
{
    unsigned number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<UserEntry> find_user(std::string_view passwd, std::string_view group, std::string_view name)
{
    std::optional<UserEntry> user;
    for (const auto& row : split(passwd, '\n')) {
        const auto fields = split(row, ':');
        if (fields.size() != passwd_fields || fields[0] != name) {
            continue;
        }
        const auto uid = number_of(fields[2]);
        const auto gid = number_of(fields[3]);
        if (uid && gid) {
            user = UserEntry{fields[0], *uid, *gid, {*gid}, fields[5], fields[6].empty() ? "/bin/sh" : fields[6]};
            break;
        }
    }
    if (!user) {
        return std::nullopt;
    }
    for (const auto& row : split(group, '\n')) {
        const auto fields = split(row, ':');
        if (fields.size() != group_fields) {
            continue;
        }
        const auto members = split(fields[3], ',');
        const auto gid = number_of(fields[2]);
        if (gid && *gid != user->gid && std::ranges::find(members, name) != members.end()) {
            user->groups.push_back(*gid);
        }
    }
    return user;
}

} // namespace qpkg::program
