// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why text is fitted only for a window. What goes into a file or a pipe is read by other programs, line by line, and
// must not change with the window of whoever started it. On a terminal a line that is too long is broken by the
// terminal, in the middle of words and columns. Here nothing is cut off and no word is broken: cells are wrapped at
// blanks, and a table that is still too wide is shown row by row.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::cli {

/// What people's text is written for.
struct Page {
    std::size_t columns = 0; ///< 0: as wide as it is
    bool ascii = false;      ///< the terminal shows no other characters
};

/// Of a terminal its window, and whether the language (LC_ALL, LC_CTYPE, LANG) has UTF-8; anything else is no window.
Page page_of(int fd);

/// As it can be shown there: what steers a terminal as \xNN, and in ASCII where that must be.
std::string shown_on(const Page& page, std::string_view words);

/// Columns on a terminal.
std::size_t width(std::string_view words);
std::size_t longest_word(std::string_view words);

/// `words` in lines of at most `columns`, 0 for one line; broken at blanks, so that a longer word has a line that is
/// longer.
std::vector<std::string> wrapped(std::string_view words, std::size_t columns);

/// A whole line of text, where a line that goes on is indented by two more: what somebody else wrote cannot look like a
/// line of ours by where it happens to be broken. What begins with # is no prose and stays.
std::string wrapped_line(std::string_view words, std::size_t columns);

/// The same of words that may end in a command: that begins a line of its own and is not broken, so that it can be
/// copied.
std::string wrapped_advice(std::string_view words, std::size_t columns);

/// At most `columns` of it, with a sign of what is missing.
std::string cut(std::string_view words, std::size_t columns, const Page& page);

/// "5f0c33a1b2c3d4e5…" for each run of 64 hex digits: enough to tell digests apart, for people.
std::string with_short_digests(std::string_view words);

} // namespace qpkg::cli
