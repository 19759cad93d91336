// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/accounts.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <charconv>

namespace qpkg::agent {

std::optional<unsigned> account_number(std::string_view text)
{
    unsigned number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number > largest_account_number) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::vector<std::string>> account_row(std::string_view table, std::string_view name)
{
    for (const auto& row : text::split(table, '\n')) {
        auto fields = text::split(row, ':');
        if (fields.size() > 2 && fields[0] == name) {
            return fields;
        }
    }
    return std::nullopt;
}

bool has_account_number(std::string_view table, unsigned number)
{
    const auto rows = text::split(table, '\n');
    return std::ranges::any_of(rows, [number](const std::string& row) {
        const auto fields = text::split(row, ':');
        return fields.size() > 2 && account_number(fields[2]) == number;
    });
}

std::string without_account(std::string_view table, std::string_view name)
{
    std::string kept;
    while (!table.empty()) {
        const auto end = std::min(table.find('\n'), table.size());
        const auto row = table.substr(0, end);
        table.remove_prefix(std::min(end + 1, table.size()));
        if (row.substr(0, row.find(':')) != name) {
            kept.append(row).append("\n");
        }
    }
    return kept;
}

} // namespace qpkg::agent
