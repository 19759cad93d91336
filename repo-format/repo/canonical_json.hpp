// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why signed metadata is a small part of JSON, read by our own parser. If one value has two spellings, "the signed
// bytes" and "the bytes that were parsed" can differ, and signatures have to be made over something that is computed.
// Here one value has one spelling: members ascend, no blanks, no escapes, printable ASCII (but in a summary, which is
// for people alone), integers up to 2^53 - 1, at most eight deep. So the bytes of the file are the bytes that were
// signed, and duplicate members, odd numbers or deep nesting do not exist. Every JSON reader of others reads it as
// well.
//
// A general library was not taken: it accepts what we would have to forbid again, and all of it would be open to
// whoever sends bytes to dom0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The JSON subset of all signed metadata: one value has exactly one spelling, so the bytes on disk are the signed
/// bytes. Normative text: repo-format/repo/canonical-json.md.
namespace qpkg::canonical {

class Value;
using Array = std::vector<Value>;
using Object = std::map<std::string, Value, std::less<>>; ///< ascending by byte value, as it is written

/// The largest integer that every JSON reader keeps exactly.
inline constexpr std::uint64_t largest_integer = (std::uint64_t{1} << 53) - 1;
inline constexpr std::size_t largest_depth = 8;

/// An integer, a boolean, a string, an array or an object.
class Value {
public:
    // A literal object reads as the JSON that it is. NOLINTBEGIN(google-explicit-constructor)
    Value(std::uint64_t number) : value_(number) {}
    Value(bool flag) : value_(flag) {}
    Value(std::string text) : value_(std::move(text)) {}
    Value(const char* text) : value_(std::string(text)) {}
    Value(Array array) : value_(std::move(array)) {}
    Value(Object object) : value_(std::move(object)) {}
    // NOLINTEND(google-explicit-constructor)

    /// The value as this alternative, null when it is another.
    template <class T>
    const T* get_if() const noexcept
    {
        return std::get_if<T>(&value_);
    }
    template <class T>
    T* get_if() noexcept
    {
        return std::get_if<T>(&value_);
    }

    friend bool operator==(const Value&, const Value&) = default;

private:
    std::variant<std::uint64_t, bool, std::string, Array, Object> value_;
};

/// Reads exactly one value. Error corrupt "not canonical: <what> at byte <n>" for everything the profile leaves out;
/// no_space for more than `cap` bytes.
Value parse(std::string_view bytes, std::size_t cap);

/// The one spelling of `value`. Error usage for a string with characters the profile leaves out, or a number too large.
std::string encode(const Value& value);

/// True when `text` may stand in a string: printable ASCII without `"` and `\`.
bool is_text(std::string_view text) noexcept;

/// True when `words` may stand in a member `summary`: UTF-8 by the rules for names of files, without `"` and `\`.
bool is_words(std::string_view words) noexcept;

/// `foreign` as such words of at most `limit` bytes, letters of all languages kept; the rest replaced as by `to_text`.
std::string to_words(std::string_view foreign, std::size_t limit);

/// `text` with every character the profile leaves out replaced: `"` by `'`, `\` by `/`, anything else by `?`.
std::string to_text(std::string_view text);

} // namespace qpkg::canonical
