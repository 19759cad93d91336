// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/document.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {

Value text(std::string value) { return {value, value}; }
Value number(std::uint64_t value) { return {value, std::to_string(value)}; }
Value size(std::uint64_t bytes) { return {bytes, qpkg::text::human_size(bytes)}; }
Value time(std::int64_t unix_seconds) { return {unix_seconds, qpkg::text::iso_time(unix_seconds)}; }
Value flag(bool value) { return {value, value ? "yes" : "no"}; }

Value list(std::vector<std::string> values)
{
    auto shown = qpkg::text::join(values, ", ");
    return {std::move(values), std::move(shown)};
}

Value shown_as(Value value, std::string shown)
{
    value.shown = std::move(shown);
    return value;
}

Document& Document::field(std::string key, Value value, std::string label)
{
    parts_.emplace_back(Field{std::move(key), std::move(value), std::move(label)});
    return *this;
}

Document& Document::table(std::string key, std::vector<Column> columns, std::vector<std::vector<Value>> rows)
{
    parts_.emplace_back(Table{std::move(key), std::move(columns), std::move(rows)});
    return *this;
}

Document& Document::line(std::string words)
{
    parts_.emplace_back(Line{{}, std::move(words)});
    return *this;
}

Document& Document::done(std::string words)
{
    parts_.emplace_back(Line{"summary", std::move(words)});
    return *this;
}

Document& Document::next(std::string words)
{
    parts_.emplace_back(Line{"next", std::move(words)});
    return *this;
}

Value some_of(std::vector<std::string> values)
{
    constexpr std::size_t told = 2;
    auto words =
        text::join({values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min(told, values.size()))}, ", ");
    if (values.size() > told) {
        words += " and " + std::to_string(values.size() - told) + " more";
    }
    return shown_as(list(std::move(values)), std::move(words));
}

std::string count_of(std::size_t number, const std::string& thing)
{
    return std::to_string(number) + ' ' + thing + (number == 1 ? "" : "s");
}

} // namespace qpkg::cli
