// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a result is described once. Text for people and JSON for scripts are two renderings of one description, so a
// field cannot exist in one and be missing in the other, and a schema can be held against both. A value has a raw form
// and a shown one. Printing while the work goes on, the alternative, cannot give exactly one document when something
// fails half-way.
#pragma once

#include "cli/page.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace qpkg::cli {

/// One value as scripts get it (`raw`) and as people read it (`shown`).
struct Value {
    std::variant<std::string, std::uint64_t, std::int64_t, bool, std::vector<std::string>> raw;
    std::string shown;
};

Value text(std::string value);
Value number(std::uint64_t value);
Value size(std::uint64_t bytes);       ///< raw: bytes; shown: "46.2 MiB"
Value time(std::int64_t unix_seconds); ///< raw: seconds since 1970; shown: ISO 8601, UTC
Value flag(bool value);
Value list(std::vector<std::string> values);
/// The same raw value, told differently to people.
Value shown_as(Value value, std::string shown);

/// How a value is told that says by its type what it is. Sizes and times do not: `size` and `time` do. A digest is told
/// short; one that people compare or copy is told as `text`.
template <class Plain>
Value value_of(const Plain& value)
{
    if constexpr (std::same_as<Plain, Value>) {
        return value;
    } else if constexpr (std::same_as<Plain, bool>) {
        return flag(value);
    } else if constexpr (std::unsigned_integral<Plain>) {
        return number(value);
    } else if constexpr (std::same_as<Plain, std::vector<std::string>>) {
        return list(value);
    } else if constexpr (requires { value.front().text(); }) {
        std::vector<std::string> names;
        for (const auto& named : value) {
            names.push_back(named.text());
        }
        return list(std::move(names));
    } else if constexpr (requires { value.text(); }) {
        return text(std::string(value.text()));
    } else if constexpr (requires { value.hex(); }) {
        return shown_as(text(value.hex()), with_short_digests(value.hex()));
    } else {
        return text(std::string(value));
    }
}

/// A column: `key` in JSON, `heading` for people; an empty heading is for scripts only.
struct Column {
    std::string key;
    std::string heading;
};

/// A column, and what of a row stands in it.
template <class Cell>
struct ColumnOf {
    Column head;
    Cell cell;
};

/// The end of a path, by value: what a step makes on the way is gone afterwards.
template <class From, class Step, class... Rest>
auto follow(const From& from, const Step& step, const Rest&... rest)
{
    if constexpr (sizeof...(rest) == 0) {
        return std::invoke(step, from);
    } else {
        return follow(std::invoke(step, from), rest...);
    }
}

/// `path` leads from a row to what stands in it: members, functions, at last perhaps how to tell it, such as `size`.
template <class... Path>
auto column(std::string key, std::string heading, Path... path)
{
    auto cell = [path...](const auto& row) { return value_of(follow(row, path...)); };
    return ColumnOf<decltype(cell)>{{std::move(key), std::move(heading)}, std::move(cell)};
}

/// The first two, and how many more: "a, b", "a, b and 3 more".
Value some_of(std::vector<std::string> values);

/// "1 package", "3 packages".
std::string count_of(std::size_t number, const std::string& thing);

/// One result, described once and rendered twice: a field cannot exist in the text and be missing in the JSON.
class Document {
public:
    /// `command` names the schema: "install" → "qpkg.install/1".
    explicit Document(std::string command) : command_(std::move(command)) {}

    /// An empty label, or nothing to show, keeps the field out of the text.
    Document& field(std::string key, Value value, std::string label = {});
    template <class Plain>
    Document& field(std::string key, const Plain& value, std::string label = {})
    {
        return field(std::move(key), value_of(value), std::move(label));
    }
    Document& table(std::string key, std::vector<Column> columns, std::vector<std::vector<Value>> rows);
    /// The same rows for people and scripts.
    template <class Rows, class... Cells>
    Document& table(std::string key, const Rows& rows, const ColumnOf<Cells>&... columns)
    {
        std::vector<std::vector<Value>> values;
        for (const auto& row : rows) {
            values.push_back({columns.cell(row)...});
        }
        return table(std::move(key), {columns.head...}, std::move(values));
    }
    /// A line for people that repeats nothing scripts would miss.
    Document& line(std::string words);
    /// The last line: "Done: …", then what a person may do next.
    Document& done(std::string words);
    Document& next(std::string words);

    const std::string& command() const noexcept { return command_; }

private:
    struct Field {
        std::string key;
        Value value;
        std::string label;
    };
    struct Table {
        std::string key;
        std::vector<Column> columns;
        std::vector<std::vector<Value>> rows;
    };
    struct Line {
        std::string key; ///< empty: text only
        std::string words;
    };
    using Part = std::variant<Field, Table, Line>;

    friend void render_text(const Document& document, std::ostream& out, const Page& page);
    friend std::string render_json(const Document& document);

    std::string command_;
    std::vector<Part> parts_;
};

void render_text(const Document& document, std::ostream& out, const Page& page = {});
std::string render_json(const Document& document);

/// The document of a failed command.
std::string render_json_failure(std::string_view command, int code, std::string_view message, std::string_view hint);

} // namespace qpkg::cli
