// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The part of Markdown that cli/commands/*.md are written in: headings, paragraphs, lists of one level ("* item",
/// lines that go on are indented), fenced code; `code`, *emphasis* and **strong** inside of text. A mark that opens
/// nothing stands for itself: a star in code, in `a*b` or `*.qpkgb`, and a mark that nobody closes.
namespace qpkg::cli::markup {

enum class Style { plain, code, emphasis, strong };

struct Span {
    Style style;
    std::string text;

    bool operator==(const Span&) const = default;
};

/// A paragraph's words by their style; neighbours differ in it.
std::vector<Span> spans(std::string_view paragraph);

/// For a terminal: without marks, headings in capitals, code indented, lists as they are written. Lines
/// stay lines, or those of paragraphs and items are made of at most `columns`; those of code stay.
std::string plain(std::string_view markdown, std::size_t columns = 0);

/// For man: the first heading and the paragraph behind it become the section NAME.
std::string roff(std::string_view markdown);

/// Words for man that contain no markup: nothing in them is a request or an escape.
std::string roff_words(std::string_view words);

} // namespace qpkg::cli::markup
