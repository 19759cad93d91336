// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_section.hpp"

#include "qpkg/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qpkg {
namespace {

constexpr std::size_t longest_line = 400;

bool is_line(std::string_view text)
{
    return text.size() <= longest_line && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

std::string word_for(toml::node_type type)
{
    switch (type) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "text";
    case toml::node_type::boolean:
        return "true or false";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
        return "a number";
    default:
        return "a date or time";
    }
}

/// The text as toml++ 3.3 can bear it, byte for byte in the same place. Control characters have no place in TOML; other
/// characters than ASCII would be allowed in more places than comments, but the parser is undefined on some of them.
std::string plain_text(std::string_view text, std::string_view file, TomlTexts texts)
{
    std::string plain(text);
    std::size_t line = 1;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const auto byte = static_cast<unsigned char>(plain[i]);
        if (byte == '\n') {
            ++line;
            line_start = i + 1;
        }
        const bool is_control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
        if (!is_control && (byte < 0x80 || texts == TomlTexts::any)) {
            continue;
        }
        const auto first = plain.find_first_not_of(" \t", line_start);
        if (is_control || plain[first] != '#') {
            throw Error(Code::usage,
                        fmt::format("{}:{}:{}: expected ASCII text, found {} {:#04x}", file, line, i - line_start + 1,
                                    is_control ? "the control character" : "the byte", byte));
        }
        plain[i] = '?';
    }
    return plain;
}

bool is_unparsable(std::string_view text)
{
    try {
        static_cast<void>(toml::parse(text));
    } catch (const UnparsableToml&) {
        return true;
    } catch (const toml::parse_error&) {
        return false;
    }
    return false;
}

/// The line up to which toml++ has no trouble.
std::size_t unparsable_line(std::string_view text)
{
    std::size_t line = 1;
    for (auto end = text.find('\n'); end != std::string_view::npos && !is_unparsable(text.substr(0, end + 1));
         end = text.find('\n', end + 1)) {
        ++line;
    }
    return line;
}

} // namespace

toml::table parse_toml(std::string_view text, std::string_view file, TomlTexts texts)
{
    const auto plain = plain_text(text, file, texts);
    try {
        return toml::parse(plain);
    } catch (const UnparsableToml&) {
        throw Error(Code::usage, fmt::format("{}:{}:1: expected a key", file, unparsable_line(plain)));
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        throw Error(Code::usage,
                    fmt::format("{}:{}:{}: {}", file, at.line, at.column, text::escaped(error.description())));
    }
}

TomlSection::TomlSection(const toml::table& table, std::string name, std::string_view file, TomlTexts texts)
    : table_(table), name_(std::move(name)), file_(file), kind_(texts)
{
}

void TomlSection::fail(const toml::node& where, std::string_view key, const std::string& complaint) const
{
    const auto at = where.source().begin;
    throw Error(Code::usage, fmt::format("{}:{}:{}: {}: {}", file_, at.line, at.column, path_of(key), complaint));
}

std::optional<std::string> TomlSection::text(std::string_view key)
{
    const auto* node = find(key);
    return node == nullptr ? std::nullopt : std::optional(text_of(*node, key));
}

std::string TomlSection::required_text(std::string_view key)
{
    if (auto value = text(key)) {
        return *value;
    }
    fail(table_, key, "expected text, found nothing");
}

std::optional<std::filesystem::path> TomlSection::path(std::string_view key)
{
    const std::optional<std::filesystem::path> value = text(key);
    if (value && !value->is_absolute()) {
        fail(*table_.get(key), key, "expected the path of a file, from / on");
    }
    return value;
}

bool TomlSection::flag(std::string_view key, bool otherwise)
{
    const auto* node = find(key);
    if (node == nullptr) {
        return otherwise;
    }
    if (const auto* value = node->as_boolean()) {
        return value->get();
    }
    fail(*node, key, "expected true or false, found " + word_for(node->type()));
}

bool TomlSection::has_flag(std::string_view key) const
{
    const auto* node = table_.get(key);
    return node != nullptr && node->is_boolean();
}

std::optional<std::uint64_t> TomlSection::number(std::string_view key, std::uint64_t least, std::uint64_t most)
{
    const auto* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto* value = node->as_integer();
    const auto found =
        value == nullptr || value->get() < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(value->get()));
    if (!found || *found < least || *found > most) {
        fail(*node, key, fmt::format("expected a number from {} to {}", least, most));
    }
    return found;
}

std::uint64_t TomlSection::required_number(std::string_view key, std::uint64_t least, std::uint64_t most)
{
    if (const auto value = number(key, least, most)) {
        return *value;
    }
    fail(table_, key, fmt::format("expected a number from {} to {}, found nothing", least, most));
}

std::string TomlSection::choice(std::string_view key, const std::vector<std::string>& usual_first)
{
    auto word = text(key).value_or(usual_first.front());
    if (std::ranges::find(usual_first, word) == usual_first.end()) {
        fail(*table_.get(key), key,
             fmt::format("expected {}, found \"{}\"", text::join(usual_first, " or "), text::escaped(word)));
    }
    return word;
}

std::optional<std::vector<std::string>> TomlSection::texts(std::string_view key)
{
    const auto* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    return texts_of(*node, key);
}

std::vector<std::string> TomlSection::texts_of(const toml::node& node, std::string_view key) const
{
    const auto* array = node.as_array();
    if (array == nullptr) {
        fail(node, key, "expected a list of texts, found " + word_for(node.type()));
    }
    std::vector<std::string> values;
    for (const auto& element : *array) {
        values.push_back(text_of(element, key));
    }
    return values;
}

std::vector<std::vector<std::string>> TomlSection::lists_of_texts(std::string_view key)
{
    const auto* node = find(key);
    if (node == nullptr) {
        return {};
    }
    const auto* array = node->as_array();
    if (array == nullptr) {
        fail(*node, key, "expected a list of lists of texts, found " + word_for(node->type()));
    }
    std::vector<std::vector<std::string>> values;
    for (const auto& element : *array) {
        values.push_back(texts_of(element, key));
    }
    return values;
}

std::vector<std::string> TomlSection::required_texts(std::string_view key)
{
    auto values = texts(key);
    if (!values || values->empty()) {
        const auto* node = table_.get(key);
        fail(node == nullptr ? table_ : *node, key, "expected a list of texts, found nothing");
    }
    return *std::move(values);
}

TomlSection TomlSection::section(std::string_view key)
{
    static const toml::table nothing;
    const auto* node = find(key);
    if (node != nullptr && !node->is_table()) {
        fail(*node, key, "expected a table, found " + word_for(node->type()));
    }
    return {node == nullptr ? nothing : *node->as_table(), path_of(key), file_, kind_};
}

std::vector<TomlSection> TomlSection::sections(std::string_view key)
{
    const auto* node = find(key);
    const auto* array = node == nullptr ? nullptr : node->as_array();
    if (array == nullptr || !array->is_array_of_tables()) {
        fail(node == nullptr ? table_ : *node, key, "expected [[" + path_of(key) + "]]");
    }
    std::vector<TomlSection> all;
    for (const auto& element : *array) {
        all.emplace_back(*element.as_table(), path_of(key), file_, kind_);
    }
    return all;
}

void TomlSection::refuse_unknown() const
{
    for (const auto& [key, node] : table_) {
        if (asked_.contains(std::string(key.str()))) {
            continue;
        }
        const std::vector<std::string> known(asked_.begin(), asked_.end());
        const auto near = text::near_names(key.str(), known);
        fail(node, text::escaped(key.str()),
             "unknown key, expected " +
                 (near.empty() ? "one of " + text::join(known, ", ") : text::join(near, " or ")));
    }
}

std::string TomlSection::path_of(std::string_view key) const
{
    return (name_.empty() ? "" : name_ + '.') + std::string(key);
}

const toml::node* TomlSection::find(std::string_view key)
{
    asked_.emplace(key);
    return table_.get(key);
}

std::string TomlSection::text_of(const toml::node& node, std::string_view key) const
{
    const auto* value = node.as_string();
    if (value == nullptr) {
        fail(node, key, "expected text, found " + word_for(node.type()));
    }
    if (kind_ == TomlTexts::lines && !is_line(value->get())) {
        fail(node, key, "expected one line of at most 400 printable ASCII characters");
    }
    if (value->get().find('\0') != std::string::npos) {
        fail(node, key, "expected text without the character 0");
    }
    return value->get();
}

} // namespace qpkg
