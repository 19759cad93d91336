// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <string_view>

/// What a row of passwd or group may hold when it comes from a module. The build keeps to it, and the agent does not
/// rely on that.
namespace qpkg {

/// As systemd's strict rule (USER_NAMES, systemd.io): a letter or `_`, then letters, digits, `_` and `-`, at most 31. A
/// name that begins with a digit could be taken for a number, and the number 0 is root.
constexpr bool is_account_name(std::string_view name)
{
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && name.size() <= 31 && is_letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

/// A field of passwd or group: neither a colon nor a control character.
constexpr bool is_account_field(std::string_view text)
{
    return std::ranges::none_of(text,
                                [](char c) { return c == ':' || c == '\x7f' || static_cast<unsigned char>(c) < ' '; });
}

} // namespace qpkg
