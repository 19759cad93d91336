// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/limit_fields.hpp"

#include "repo-format/guest/exports.hpp"
#include "repo-format/repo/manifest.hpp"

#include <algorithm>
#include <array>

namespace qpkg {
namespace {

using canonical::Array;

constexpr std::array<std::string_view, 3> words_of_rights{"capabilities", "setgid", "setuid"};

/// A row: path, right.
Limit parse_limit(const canonical::Value& row, const AppId& app, const std::string& where)
{
    const auto* columns = row.get_if<Array>();
    const auto text = [&](std::size_t i) {
        const auto* value = columns == nullptr || columns->size() != 2 ? nullptr : (*columns)[i].get_if<std::string>();
        return value == nullptr ? std::string() : *value;
    };
    const auto right = std::ranges::find(words_of_rights, text(1));
    const Export program{.kind = ExportKind::command, .name = "x", .path = text(0)};
    if (right == words_of_rights.end() || complaint_about(app, program)) {
        throw Error(Code::corrupt, where + ": expected [path, right]");
    }
    return {text(0), static_cast<Right>(right - words_of_rights.begin())};
}

} // namespace

std::vector<Limit> parse_limits(canonical::Fields& fields, const AppId& app)
{
    std::vector<Limit> limits;
    if (!fields.has("limits")) {
        return limits;
    }
    for (const auto& row : fields.array("limits")) {
        const auto where = "limits[" + std::to_string(limits.size()) + "]";
        auto limit = parse_limit(row, app, where);
        if (limits.size() == most_limits || (!limits.empty() && limits.back() >= limit)) {
            throw Error(Code::corrupt, where + ": more than " + std::to_string(most_limits) + ", or not ascending");
        }
        limits.push_back(std::move(limit));
    }
    return limits;
}

canonical::Array encode_limits(const std::vector<Limit>& limits)
{
    Array rows;
    for (const auto& limit : limits) {
        rows.emplace_back(Array{limit.path, std::string(right_word(limit.right))});
    }
    return rows;
}

std::string_view right_word(Right right) { return words_of_rights.at(static_cast<std::size_t>(right)); }

} // namespace qpkg
