// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::agent {

/// The texts of /etc/passwd and /etc/group.
struct Accounts {
    std::string passwd;
    std::string group;

    friend bool operator==(const Accounts&, const Accounts&) = default;
};

inline constexpr std::size_t largest_account_table = 1024 * 1024; ///< bytes
inline constexpr unsigned largest_account_number = 65534; ///< the next one means "no number" to older system calls

/// A number as these tables have it.
std::optional<unsigned> account_number(std::string_view text);

/// The row of passwd or group that begins with this name, in fields.
std::optional<std::vector<std::string>> account_row(std::string_view table, std::string_view name);

/// Whether a row of the table has this number.
bool has_account_number(std::string_view table, unsigned number);

/// The table without the rows of this name.
std::string without_account(std::string_view table, std::string_view name);

} // namespace qpkg::agent
