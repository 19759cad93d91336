// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/canonical_json.hpp"

#include "repo-format/repo/utf8.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::canonical {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_text_character(char c) noexcept { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; }

/// The one member whose string is for people alone, and may hold the letters of all languages.
constexpr std::string_view member_with_letters = "summary";

class Parser {
public:
    explicit Parser(std::string_view bytes) : bytes_(bytes) {}

    Value document()
    {
        auto value = this->value(1);
        if (position_ != bytes_.size()) {
            fail("something follows the value");
        }
        return value;
    }

private:
    [[noreturn]] void fail(const std::string& what) const
    {
        throw Error(Code::corrupt, "not canonical: " + what + " at byte " + std::to_string(position_));
    }

    char peek() const { return position_ < bytes_.size() ? bytes_[position_] : '\0'; }

    bool take(std::string_view token)
    {
        if (!bytes_.substr(position_).starts_with(token)) {
            return false;
        }
        position_ += token.size();
        return true;
    }

    void require(std::string_view token)
    {
        if (!take(token)) {
            fail("expected `" + std::string(token) + "`");
        }
    }

    Value value(std::size_t depth)
    {
        switch (peek()) {
        case '{':
            return object(depth);
        case '[':
            return array(depth);
        case '"':
            return string();
        case 't':
            require("true");
            return true;
        case 'f':
            require("false");
            return false;
        default:
            return number();
        }
    }

    void check_depth(std::size_t depth) const
    {
        if (depth > largest_depth) {
            fail("nested deeper than " + std::to_string(largest_depth));
        }
    }

    Value object(std::size_t depth)
    {
        check_depth(depth);
        require("{");
        Object members;
        if (take("}")) {
            return members;
        }
        do {
            auto name = string();
            if (!members.empty() && members.rbegin()->first >= name) {
                fail("member \"" + text::escaped(name) + "\" is " +
                     (members.rbegin()->first == name ? "there twice" : "not in ascending order"));
            }
            require(":");
            auto member = name == member_with_letters && peek() == '"' ? Value(words()) : value(depth + 1);
            members.emplace_hint(members.end(), std::move(name), std::move(member));
        } while (take(","));
        require("}");
        return members;
    }

    Value array(std::size_t depth)
    {
        check_depth(depth);
        require("[");
        Array elements;
        if (take("]")) {
            return elements;
        }
        do {
            elements.push_back(value(depth + 1));
        } while (take(","));
        require("]");
        return elements;
    }

    std::string string()
    {
        require("\"");
        const auto begin = position_;
        while (position_ < bytes_.size() && is_text_character(bytes_[position_])) {
            ++position_;
        }
        if (peek() != '"') {
            fail("a string ends or holds something other than printable ASCII without escapes");
        }
        return std::string(bytes_.substr(begin, position_++ - begin));
    }

    std::string words()
    {
        require("\"");
        const auto rest = bytes_.substr(position_);
        const auto words = rest.substr(0, rest.find('"'));
        if (!is_words(words)) {
            fail("a summary holds control characters, escapes or something other than UTF-8");
        }
        position_ += words.size();
        require("\"");
        return std::string(words);
    }

    Value number()
    {
        if (!is_digit(peek())) {
            fail("expected a value");
        }
        const auto begin = position_;
        std::uint64_t number = 0;
        while (is_digit(peek())) {
            number = number * 10 + static_cast<std::uint64_t>(bytes_[position_] - '0');
            if (number > largest_integer) {
                fail("a number is above 2^53-1");
            }
            ++position_;
        }
        if (bytes_[begin] == '0' && position_ - begin > 1) {
            fail("a number has a leading zero");
        }
        return number;
    }

    std::string_view bytes_;
    std::size_t position_ = 0;
};

void append(std::string& out, const Value& value);

void append_string(std::string& out, std::string_view text)
{
    if (!is_text(text)) {
        throw Error(Code::usage,
                    "\"" + text::escaped(text) +
                        "\" cannot be written to signed metadata: only printable ASCII without \" and \\ can");
    }
    out += '"';
    out += text;
    out += '"';
}

void append_words(std::string& out, std::string_view words)
{
    if (!is_words(words)) {
        throw Error(Code::usage, "\"" + text::escaped(words) +
                                     "\" cannot be the summary in signed metadata: only letters, digits and "
                                     "punctuation in UTF-8 without \" and \\ can");
    }
    out += '"';
    out += words;
    out += '"';
}

void append_array(std::string& out, const Array& array)
{
    out += '[';
    const auto* separator = "";
    for (const auto& element : array) {
        out += separator;
        append(out, element);
        separator = ",";
    }
    out += ']';
}

void append_object(std::string& out, const Object& object)
{
    out += '{';
    const auto* separator = "";
    for (const auto& [name, member] : object) {
        out += separator;
        append_string(out, name);
        out += ':';
        if (const auto* words = member.get_if<std::string>(); words != nullptr && name == member_with_letters) {
            append_words(out, *words);
        } else {
            append(out, member);
        }
        separator = ",";
    }
    out += '}';
}

void append(std::string& out, const Value& value)
{
    if (const auto* number = value.get_if<std::uint64_t>()) {
        if (*number > largest_integer) {
            throw Error(Code::usage, std::to_string(*number) + " cannot be written to signed metadata: above 2^53-1");
        }
        out += std::to_string(*number);
    } else if (const auto* flag = value.get_if<bool>()) {
        out += *flag ? "true" : "false";
    } else if (const auto* text = value.get_if<std::string>()) {
        append_string(out, *text);
    } else if (const auto* array = value.get_if<Array>()) {
        append_array(out, *array);
    } else if (const auto* object = value.get_if<Object>()) {
        append_object(out, *object);
    }
}

} // namespace

Value parse(std::string_view bytes, std::size_t cap)
{
    if (bytes.size() > cap) {
        throw Error(Code::no_space, std::to_string(bytes.size()) + " bytes, allowed are " + std::to_string(cap));
    }
    return Parser(bytes).document();
}

std::string encode(const Value& value)
{
    std::string out;
    append(out, value);
    return out;
}

bool is_text(std::string_view text) noexcept { return std::all_of(text.begin(), text.end(), is_text_character); }

bool is_words(std::string_view words) noexcept
{
    while (!words.empty()) {
        const auto code_point = take_code_point(words);
        if (!code_point || is_deceptive(*code_point) || *code_point == '"' || *code_point == '\\') {
            return false;
        }
    }
    return true;
}

std::string to_words(std::string_view foreign, std::size_t limit)
{
    std::string words;
    while (!foreign.empty()) {
        const auto before = foreign;
        const auto code_point = take_code_point(foreign);
        if (!code_point) {
            foreign.remove_prefix(1);
        }
        const auto taken = before.substr(0, before.size() - foreign.size());
        const auto next = code_point && is_words(taken) ? std::string(taken) : to_text(taken.substr(0, 1));
        if (words.size() + next.size() > limit) {
            break;
        }
        words += next;
    }
    return words;
}

std::string to_text(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (is_text_character(c)) {
            out += c;
        } else {
            out += c == '"' ? '\'' : c == '\\' ? '/' : '?';
        }
    }
    return out;
}

} // namespace qpkg::canonical
