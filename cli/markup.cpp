// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/markup.hpp"

#include "cli/page.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace qpkg::cli::markup {
namespace {

enum class Kind { title, heading, paragraph, item, code };

struct Block {
    Kind kind;
    std::string text; ///< lines, without a newline behind the last
};

bool is_fence(std::string_view line) { return line.starts_with("```"); }

bool begins_item(std::string_view line) { return line.starts_with("* ") || line.starts_with("- "); }

Block first_of(const std::string& line, const std::vector<Block>& before)
{
    if (line.starts_with('#')) {
        return {before.empty() ? Kind::title : Kind::heading, line.substr(line.find_first_not_of("# "))};
    }
    return {begins_item(line) ? Kind::item : Kind::paragraph, line};
}

std::vector<Block> blocks(std::string_view markdown)
{
    std::vector<Block> found;
    bool code = false;
    bool open = false; // the next line goes on with the last block
    for (const auto& line : text::split(markdown, '\n')) {
        if (is_fence(line)) {
            code = !code;
            open = false;
        } else if (open && (code || !(line.empty() || line.starts_with('#') || begins_item(line)))) {
            found.back().text += '\n' + line;
        } else if (code) {
            found.push_back({Kind::code, line});
            open = true;
        } else if (line.empty()) {
            open = false;
        } else {
            found.push_back(first_of(line, found));
            open = found.back().kind == Kind::paragraph || found.back().kind == Kind::item;
        }
    }
    return found;
}

bool is_blank(char c) { return c == ' ' || c == '\n'; }

/// Emphasis begins and ends beside blanks, brackets and signs, never inside a word or a path.
bool can_open_behind(std::string_view words, std::size_t at)
{
    return at == 0 || is_blank(words[at - 1]) ||
           std::string_view("([{\"'").find(words[at - 1]) != std::string_view::npos;
}

bool can_close_before(std::string_view words, std::size_t at)
{
    return at == words.size() || is_blank(words[at]) ||
           std::string_view(".,;:!?)]}\"'").find(words[at]) != std::string_view::npos;
}

/// The length of a run of stars at `at`.
std::size_t stars(std::string_view words, std::size_t at)
{
    return std::min(words.find_first_not_of('*', at), words.size()) - at;
}

/// Where the code that opens at `at` closes.
std::optional<std::size_t> code_end(std::string_view words, std::size_t at)
{
    const auto end = words.find('`', at + 1);
    return end == std::string_view::npos || end == at + 1 ? std::nullopt : std::optional(end);
}

/// Where the emphasis of `length` stars that opens at `at` closes: words stand at its inner sides, none at its outer.
std::optional<std::size_t> emphasis_end(std::string_view words, std::size_t at, std::size_t length)
{
    const auto inside = at + length;
    if (length > 2 || inside >= words.size() || is_blank(words[inside]) || !can_open_behind(words, at)) {
        return std::nullopt;
    }
    for (auto i = inside; i < words.size(); ++i) {
        if (words[i] == '`') {
            i = code_end(words, i).value_or(i);
        } else if (words[i] == '*') {
            const auto run = stars(words, i);
            if (run == length && !is_blank(words[i - 1]) && can_close_before(words, i + run)) {
                return i;
            }
            i += run - 1;
        }
    }
    return std::nullopt;
}

void append(std::vector<Span>& found, Style style, std::string_view words)
{
    if (!found.empty() && found.back().style == style) {
        found.back().text += words;
        return;
    }
    found.push_back({style, std::string(words)});
}

std::vector<Span> styled(std::string_view words, Style outside)
{
    std::vector<Span> found;
    for (std::size_t at = 0; at < words.size();) {
        const auto length = words[at] == '*' ? stars(words, at) : 1;
        const auto code = words[at] == '`' ? code_end(words, at) : std::nullopt;
        const auto emphasis = words[at] == '*' ? emphasis_end(words, at, length) : std::nullopt;
        if (code) {
            append(found, Style::code, words.substr(at + 1, *code - at - 1));
            at = *code + 1;
        } else if (emphasis) {
            const auto style = length == 2 ? Style::strong : Style::emphasis;
            for (const auto& span : styled(words.substr(at + length, *emphasis - at - length), style)) {
                append(found, span.style, span.text);
            }
            at = *emphasis + length;
        } else {
            append(found, outside, words.substr(at, length));
            at += length;
        }
    }
    return found;
}

std::string without_marks(std::string_view paragraph)
{
    std::string words;
    for (const auto& span : spans(paragraph)) {
        words += span.text;
    }
    return words;
}

/// Lines anew, each but the first behind `indent` blanks; as they were when there is no limit.
std::string filled(std::string words, std::size_t columns, std::size_t indent)
{
    if (columns == 0) {
        return words;
    }
    std::ranges::replace(words, '\n', ' ');
    const auto room = columns > indent ? columns - indent : columns;
    return text::join(wrapped(words, room), '\n' + std::string(indent, ' '));
}

std::string upper(std::string words)
{
    std::transform(words.begin(), words.end(), words.begin(),
                   [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    return words;
}

std::string indented(std::string_view lines)
{
    std::string words;
    for (const auto& line : text::split(lines, '\n')) {
        words += "    " + line + '\n';
    }
    return words;
}

/// An item without its sign, and its lines without their indentation.
std::string item_words(std::string_view item)
{
    std::string words;
    for (const auto& line : text::split(item.substr(2), '\n')) {
        words += (words.empty() ? "" : "\n") + line.substr(std::min(line.find_first_not_of(' '), line.size()));
    }
    return words;
}

/// A backslash, and a dot or quote at the start of a line, mean something; a hyphen would be broken or replaced.
/// `before` is the character in front of the words.
std::string escaped(std::string_view words, char before)
{
    std::string safe;
    for (const char c : words) {
        if (before == '\n' && (c == '.' || c == '\'')) {
            safe += "\\&";
        }
        if (c == '\\') {
            safe += "\\e";
        } else if (c == '-') {
            safe += "\\-";
        } else {
            safe += c;
        }
        before = c;
    }
    return safe;
}

std::string roff_spans(std::string_view paragraph)
{
    std::string words;
    for (const auto& span : spans(paragraph)) {
        if (span.style == Style::plain) {
            words += escaped(span.text, words.empty() ? '\n' : words.back());
            continue;
        }
        words += span.style == Style::emphasis ? "\\fI" : "\\fB";
        words += escaped(span.text, words.back()) + "\\fR";
    }
    return words;
}

} // namespace

std::vector<Span> spans(std::string_view paragraph) { return styled(paragraph, Style::plain); }

std::string plain(std::string_view markdown, std::size_t columns)
{
    std::string help;
    const auto parts = blocks(markdown);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& [kind, words] = parts[i];
        if (kind == Kind::code) {
            help += indented(words);
        } else if (kind == Kind::title || kind == Kind::heading) {
            help += upper(words) + '\n';
        } else if (kind == Kind::item) {
            help += words.substr(0, 2) + filled(without_marks(std::string_view(words).substr(2)), columns, 2) + '\n';
        } else {
            help += filled(without_marks(words), columns, 0) + '\n';
        }
        const bool goes_on = kind == Kind::item && i + 1 < parts.size() && parts[i + 1].kind == Kind::item;
        help += goes_on ? "" : "\n";
    }
    return help;
}

std::string roff(std::string_view markdown)
{
    std::string page;
    Kind before = Kind::paragraph;
    for (const auto& [kind, words] : blocks(markdown)) {
        if (kind == Kind::title) {
            std::string name = words;
            std::replace(name.begin(), name.end(), ' ', '-');
            page += ".SH NAME\n" + roff_words(name) + " \\- ";
        } else if (kind == Kind::heading) {
            page += ".SH " + roff_words(upper(words)) + '\n';
        } else if (kind == Kind::item) {
            page += ".IP \\(bu 2\n" + roff_spans(item_words(words)) + '\n';
        } else if (kind == Kind::code) {
            page += ".PP\n.nf\n.RS 4\n" + roff_words(words) + "\n.RE\n.fi\n";
        } else if (before == Kind::title) {
            page += roff_words(without_marks(words)) + '\n';
        } else {
            page += (before == Kind::heading ? "" : ".PP\n") + roff_spans(words) + '\n';
        }
        before = kind;
    }
    return page;
}

std::string roff_words(std::string_view words) { return escaped(words, '\n'); }

} // namespace qpkg::cli::markup
