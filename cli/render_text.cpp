// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/document.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <numeric>
#include <ostream>

namespace qpkg::cli {
namespace {

using Cells = std::vector<std::string>;
using Widths = std::vector<std::size_t>;

constexpr std::size_t margin = 2; ///< before the first column, and between two
constexpr std::size_t narrowest = 8;
constexpr std::size_t least_value = 20; ///< columns for what stands beside a label

void pad(std::ostream& out, std::string_view words, std::size_t columns)
{
    out << words << std::string(columns - std::min(columns, width(words)), ' ');
}

/// What each column needs, by a measure of its cells.
template <class Measure>
Widths widths_of(const std::vector<Cells>& lines, Measure measure)
{
    Widths widths(lines.front().size(), 0);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], static_cast<std::size_t>(measure(line[i])));
        }
    }
    return widths;
}

std::size_t total(const Widths& widths)
{
    return std::accumulate(widths.begin(), widths.end(), margin * widths.size());
}

/// The widest columns give way, none below its longest word. Still too wide: there is no room for a table.
Widths fitted(Widths widths, const Widths& least, std::size_t columns)
{
    while (columns != 0 && total(widths) > columns) {
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i) {
            if (widths[i] > std::max(least[i], narrowest) && (widest == widths.size() || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (widest == widths.size()) {
            return {};
        }
        --widths[widest];
    }
    return widths;
}

/// A row may take several lines; blanks at the end of a line would only be broken by the terminal.
void print_row(std::ostream& out, const Cells& cells, const Widths& widths)
{
    std::vector<Cells> parts;
    std::size_t height = 1;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        parts.push_back(wrapped(cells[i], widths[i]));
        height = std::max(height, parts.back().size());
    }
    for (std::size_t line = 0; line < height; ++line) {
        std::string words;
        std::size_t column = 0;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            column += margin;
            if (line < parts[i].size() && !parts[i][line].empty()) {
                words += std::string(column - std::min(column, width(words)), ' ') + parts[i][line];
            }
            column += widths[i];
        }
        out << words << '\n';
    }
}

/// Too narrow for columns: each row by itself, heading by heading.
void print_rows_alone(std::ostream& out, const std::vector<Cells>& lines, std::size_t columns)
{
    const auto& headings = lines.front();
    std::size_t label = 0;
    for (const auto& heading : headings) {
        label = std::max(label, width(text::trimmed(heading)));
    }
    const auto column = margin + label + margin;
    for (auto row = lines.begin() + 1; row != lines.end(); ++row) {
        for (std::size_t i = 0; i < headings.size(); ++i) {
            if (text::trimmed((*row)[i]).empty()) {
                continue;
            }
            out << std::string(margin, ' ');
            pad(out, text::trimmed(headings[i]), label + margin);
            const auto parts = wrapped(text::trimmed((*row)[i]), columns > column ? columns - column : columns);
            out << text::join(parts, '\n' + std::string(column, ' ')) << '\n';
        }
        out << (row + 1 == lines.end() ? "" : "\n");
    }
}

void print_table(std::ostream& out, const std::vector<Column>& columns, const std::vector<std::vector<Value>>& rows,
                 const Page& page)
{
    std::vector<Cells> lines(1);
    for (const auto& column : columns) {
        if (!column.heading.empty()) {
            lines.front().push_back(column.heading);
        }
    }
    for (const auto& row : rows) {
        auto& line = lines.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (!columns[i].heading.empty()) {
                line.push_back(shown_on(page, row[i].shown));
            }
        }
    }
    const auto widths = fitted(widths_of(lines, width), widths_of(lines, longest_word), page.columns);
    if (widths.empty()) {
        print_rows_alone(out, lines, page.columns);
        return;
    }
    for (const auto& line : lines) {
        print_row(out, line, widths);
    }
}

void print_field(std::ostream& out, const std::string& label, const std::string& shown, std::size_t label_width,
                 const Page& page)
{
    auto column = margin + label_width + margin;
    const auto words = shown_on(page, shown);
    out << std::string(margin, ' ');
    if (page.columns == 0 || column + std::min(width(words), least_value) <= page.columns) {
        pad(out, label, label_width + margin);
    } else {
        column = 2 * margin; // below its label
        out << label << '\n' << std::string(column, ' ');
    }
    const auto room = page.columns > column ? page.columns - column : page.columns;
    out << text::join(wrapped(words, room), '\n' + std::string(column, ' ')) << '\n';
}

/// Several lines may be one part: their ends are ours.
void print_lines(std::ostream& out, const std::string& words, const Page& page)
{
    for (const auto& line : text::split(words, '\n')) {
        out << wrapped_advice(shown_on(page, line), page.columns) << '\n';
    }
}

} // namespace

void render_text(const Document& document, std::ostream& out, const Page& page)
{
    std::size_t label_width = 0;
    for (const auto& part : document.parts_) {
        if (const auto* field = std::get_if<Document::Field>(&part); field != nullptr && !field->value.shown.empty()) {
            label_width = std::max(label_width, width(field->label));
        }
    }
    for (const auto& part : document.parts_) {
        if (const auto* field = std::get_if<Document::Field>(&part)) {
            if (!field->label.empty() && !field->value.shown.empty()) {
                print_field(out, field->label, field->value.shown, label_width, page);
            }
        } else if (const auto* table = std::get_if<Document::Table>(&part)) {
            const bool visible = std::any_of(table->columns.begin(), table->columns.end(),
                                             [](const Column& column) { return !column.heading.empty(); });
            if (visible && !table->rows.empty()) {
                print_table(out, table->columns, table->rows, page);
            }
        } else {
            print_lines(out, std::get<Document::Line>(part).words, page);
        }
    }
}

} // namespace qpkg::cli
