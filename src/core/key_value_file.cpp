// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/key_value_file.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <string>

namespace qpkg {
namespace {

bool is_clean(std::string_view line)
{
    return std::ranges::none_of(
        line, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f'; });
}

bool is_key(std::string_view key, std::string_view others)
{
    return !key.empty() && std::ranges::all_of(key, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-[]_@.").find(c) != std::string_view::npos || others.find(c) != std::string_view::npos;
    });
}

KeyLine parse_line(std::string_view text, std::size_t number, bool in_group, std::string_view also_in_keys)
{
    if (text.front() == '[') {
        if (text.back() != ']') {
            throw broken_line(number, "the name of a group does not end");
        }
        return {number, text, {}, {}};
    }
    const auto equals = text.find('=');
    if (!in_group || equals == std::string_view::npos) {
        throw broken_line(number, "expected a group or KEY=VALUE");
    }
    const KeyLine line{number, {}, text::trimmed(text.substr(0, equals)), text::trimmed(text.substr(equals + 1))};
    if (!is_key(line.key, also_in_keys)) {
        throw broken_line(number, "not the name of a key");
    }
    return line;
}

} // namespace

std::vector<KeyLine> read_key_value_file(std::string_view bytes, std::string_view also_in_keys)
{
    if (bytes.size() > largest_key_value_file) {
        throw broken_line(1, "the file is larger than 256 KiB");
    }
    std::vector<KeyLine> lines;
    for (std::size_t number = 1; !bytes.empty(); ++number) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        const auto line = bytes.substr(0, end);
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
        if (!is_clean(line)) {
            throw broken_line(number, "holds a control character");
        }
        const auto text = text::trimmed(line);
        if (!text.empty() && text.front() != '#') {
            lines.push_back(parse_line(text, number, !lines.empty(), also_in_keys));
        }
    }
    return lines;
}

Error broken_line(std::size_t number, std::string_view what)
{
    return {Code::corrupt, "line " + std::to_string(number) + ": " + std::string(what)};
}

} // namespace qpkg
