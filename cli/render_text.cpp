// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/document.hpp"

#include "qpkg/core/printable.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <ostream>

namespace qpkg::cli {
namespace {

/// Columns on a terminal: UTF-8 continuation bytes take none.
std::size_t width(std::string_view words)
{
    return static_cast<std::size_t>(std::count_if(
        words.begin(), words.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void pad(std::ostream& out, std::string_view words, std::size_t columns)
{
    out << words << std::string(columns - std::min(columns, width(words)), ' ');
}

void print_row(std::ostream& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths)
{
    out << ' ';
    for (std::size_t i = 0; i < cells.size(); ++i) {
        out << ' ';
        if (i + 1 == cells.size()) {
            out << cells[i];
        } else {
            pad(out, cells[i], widths[i] + 1);
        }
    }
    out << '\n';
}

void print_table(std::ostream& out, const std::vector<Column>& columns, const std::vector<std::vector<Value>>& rows)
{
    std::vector<std::vector<std::string>> lines(1);
    for (const auto& column : columns) {
        if (!column.heading.empty()) {
            lines.front().push_back(column.heading);
        }
    }
    for (const auto& row : rows) {
        auto& line = lines.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (!columns[i].heading.empty()) {
                line.push_back(qpkg::text::printable(row[i].shown));
            }
        }
    }
    std::vector<std::size_t> widths(lines.front().size(), 0);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], width(line[i]));
        }
    }
    for (const auto& line : lines) {
        print_row(out, line, widths);
    }
}

/// Several lines may be one part: their ends are ours.
void print_lines(std::ostream& out, const std::string& words)
{
    for (const auto& line : qpkg::text::split(words, '\n')) {
        out << qpkg::text::printable(line) << '\n';
    }
}

} // namespace

void render_text(const Document& document, std::ostream& out)
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
                out << "  ";
                pad(out, field->label, label_width + 2);
                out << qpkg::text::printable(field->value.shown) << '\n';
            }
        } else if (const auto* table = std::get_if<Document::Table>(&part)) {
            const bool visible = std::any_of(table->columns.begin(), table->columns.end(),
                                             [](const Column& column) { return !column.heading.empty(); });
            if (visible && !table->rows.empty()) {
                print_table(out, table->columns, table->rows);
            }
        } else {
            print_lines(out, std::get<Document::Line>(part).words);
        }
    }
}

} // namespace qpkg::cli
