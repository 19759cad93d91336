// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/page.hpp"

#include "repo-format/repo/transliteration.hpp"
#include "repo-format/repo/utf8.hpp"

#include "qpkg/core/printable.hpp"
#include "qpkg/core/text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace qpkg::cli {
namespace {

constexpr std::size_t usual_columns = 80;
constexpr std::size_t digest_digits = 64;
constexpr std::size_t shown_digits = 16;
constexpr std::size_t hanging = 2;

/// Characters of East Asia and pictures that take two columns.
constexpr std::array<std::pair<char32_t, char32_t>, 9> wide{{{0x1100, 0x115f},
                                                             {0x2e80, 0xa4cf},
                                                             {0xac00, 0xd7a3},
                                                             {0xf900, 0xfaff},
                                                             {0xfe30, 0xfe6f},
                                                             {0xff00, 0xff60},
                                                             {0xffe0, 0xffe6},
                                                             {0x1f300, 0x1faff},
                                                             {0x20000, 0x3fffd}}};

std::size_t columns_of(char32_t c)
{
    if (c >= 0x300 && c < 0x370) {
        return 0; // a mark on the letter before
    }
    return std::ranges::any_of(wide, [c](const auto& range) { return c >= range.first && c <= range.second; }) ? 2 : 1;
}

std::size_t window_columns(int fd)
{
    winsize window{};
    if (::ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
        return window.ws_col;
    }
    return usual_columns;
}

/// The first of these that is set decides, as for libc.
bool has_utf8()
{
    for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            const std::string_view language = value;
            return std::ranges::any_of(std::array{"UTF-8", "utf8", "utf-8", "UTF8"}, [&](std::string_view word) {
                return language.find(word) != std::string_view::npos;
            });
        }
    }
    return false;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

} // namespace

Page page_of(int fd) { return ::isatty(fd) == 1 ? Page{window_columns(fd), !has_utf8()} : Page{}; }

std::string shown_on(const Page& page, std::string_view words)
{
    return text::printable(page.ascii ? in_ascii(words) : std::string(words));
}

std::size_t width(std::string_view words)
{
    std::size_t columns = 0;
    while (!words.empty()) {
        const auto code_point = take_code_point(words);
        if (!code_point) {
            words.remove_prefix(1);
        }
        columns += code_point ? columns_of(*code_point) : 1;
    }
    return columns;
}

std::size_t longest_word(std::string_view words)
{
    std::size_t longest = 0;
    for (const auto word : text::words_of(words)) {
        longest = std::max(longest, width(word));
    }
    return longest;
}

std::vector<std::string> wrapped(std::string_view words, std::size_t columns)
{
    if (columns == 0 || width(words) <= columns) {
        return {std::string(words)};
    }
    std::vector<std::string> lines;
    for (const auto word : text::words_of(words)) {
        if (!lines.empty() && width(lines.back()) + 1 + width(word) <= columns) {
            lines.back().append(1, ' ').append(word);
        } else {
            lines.emplace_back(word);
        }
    }
    return lines;
}

std::string wrapped_line(std::string_view words, std::size_t columns)
{
    if (words.starts_with('#')) {
        return std::string(words);
    }
    const std::string indent(std::min(words.find_first_not_of(' '), words.size()), ' ');
    const auto further = '\n' + indent + std::string(hanging, ' ');
    const auto taken = indent.size() + hanging;
    words.remove_prefix(indent.size());
    if (columns == 0 || indent.size() + width(words) <= columns) {
        return indent + std::string(words);
    }
    return indent + text::join(wrapped(words, columns > taken ? columns - taken : columns), further);
}

std::string wrapped_advice(std::string_view words, std::size_t columns)
{
    const auto command = words.find(": qpkg ");
    if (columns == 0 || command == std::string_view::npos || width(words) <= columns) {
        return wrapped_line(words, columns);
    }
    return wrapped_line(words.substr(0, command + 1), columns) + "\n  " + std::string(words.substr(command + 2));
}

std::string cut(std::string_view words, std::size_t columns, const Page& page)
{
    if (width(words) <= columns) {
        return std::string(words);
    }
    const std::string_view sign = page.ascii ? "..." : "…";
    std::string kept;
    while (!words.empty()) {
        const auto before = words;
        if (!take_code_point(words)) {
            words.remove_prefix(1);
        }
        const auto next = before.substr(0, before.size() - words.size());
        if (width(kept) + width(next) + width(sign) > columns) {
            break;
        }
        kept += next;
    }
    return columns < width(sign) ? std::string() : kept.append(sign);
}

std::string with_short_digests(std::string_view words)
{
    std::string shorter;
    for (std::size_t at = 0; at < words.size();) {
        const auto end = static_cast<std::size_t>(
            std::find_if_not(words.begin() + static_cast<std::ptrdiff_t>(at), words.end(), is_hex) - words.begin());
        const bool is_digest = end - at == digest_digits;
        shorter += words.substr(at, is_digest ? shown_digits : std::max<std::size_t>(end - at, 1));
        shorter += is_digest ? "…" : "";
        at = std::max(end, at + 1);
    }
    return shorter;
}

} // namespace qpkg::cli
