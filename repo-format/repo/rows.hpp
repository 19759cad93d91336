// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why large tables are sorted lines and no JSON. They have a hundred thousand rows, are read from the start to the end,
// and compared by their hash. A line needs no tree of values in memory, sorting gives each table one spelling, and
// paths, which may hold any byte, are ASCII on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Tables of sorted lines. Normative text: repo-format/repo/rows.md.
namespace qpkg::rows {

inline constexpr std::size_t longest_row = 32 * 1024; ///< bytes, without the line feed

/// What stands between two tabs, for any bytes.
std::string encoded(std::string_view raw);

/// One row of these fields, raw. Error no_space for one that is too long.
std::string row(std::span<const std::string> fields);

/// A table of these rows, which it puts in order; rows that are there twice are there once. Error no_space when it has
/// more than `cap` bytes.
std::string table(std::string_view kind, std::uint64_t version, std::vector<std::string> rows, std::size_t cap);

/// Hands over each row with its fields raw, in order. Errors: corrupt (another kind, malformed, not the one spelling;
/// names the line), no_space (over `cap`), unsupported (another version).
void read(std::string_view bytes, std::string_view kind, std::uint64_t version, std::size_t cap,
          const std::function<void(std::span<const std::string> fields)>& take);

/// Hands over the rows that have this field, but as their first, of a table that `read` takes: nothing is checked
/// again. As fast as a search in a text. Error corrupt for a row that is none.
void holding(std::string_view bytes, std::string_view field,
             const std::function<void(std::span<const std::string> fields)>& take);

} // namespace qpkg::rows
