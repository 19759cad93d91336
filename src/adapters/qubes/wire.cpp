// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/wire.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::qubes {
namespace {

using namespace std::string_view_literals;

/// Methods, devices, features and names: a blank or NUL would begin another part of the request.
void require_word(std::string_view word)
{
    const bool plain = std::ranges::all_of(word, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!plain) {
        throw Error(Code::usage, "the Admin API takes no \"" + text::escaped(word) + "\" in a request");
    }
}

/// Takes what comes before the next NUL.
std::string_view field(std::string_view& rest)
{
    const auto end = rest.find('\0');
    if (end == std::string_view::npos) {
        throw Error(Code::corrupt, "an exception that was cut short");
    }
    const auto value = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return value;
}

bool is_type(std::string_view word)
{
    return !word.empty() && std::ranges::all_of(word, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
}

Exception parse_exception(std::string_view rest)
{
    const auto type = field(rest);
    field(rest); // the traceback: empty outside of debugging
    const auto message = field(rest);
    if (!is_type(type)) {
        throw Error(Code::corrupt, "an exception without a type");
    }
    while (!rest.empty()) {
        field(rest); // the message's arguments, which are in it already
    }
    return {std::string(type), std::string(message)};
}

} // namespace

std::string encode_request(const Request& request)
{
    require_word(request.method);
    require_word(request.argument);
    require_word(request.destination);
    // An empty argument keeps its plus sign.
    auto bytes = request.method + '+' + request.argument + " dom0 name " + request.destination + '\0' + request.payload;
    if (bytes.size() > largest_message) {
        throw Error(Code::usage,
                    request.method + ": the Admin API takes no request of " + std::to_string(bytes.size()) + " bytes");
    }
    return bytes;
}

Reply parse_reply(std::string_view bytes)
{
    if (bytes.empty()) {
        return Refused{};
    }
    if (bytes.size() > largest_message) {
        throw Error(Code::corrupt, "an answer longer than 64 KiB");
    }
    if (bytes.starts_with("0\0"sv)) {
        return Done{std::string(bytes.substr(2))};
    }
    if (bytes.starts_with("2\0"sv)) {
        return parse_exception(bytes.substr(2));
    }
    throw Error(Code::corrupt, "neither an answer nor an exception: \"" + text::escaped(bytes, 60) + '"');
}

std::optional<Event> take_event(std::string& bytes)
{
    std::string_view rest = bytes;
    const auto word = [&]() -> std::optional<std::string> {
        const auto end = rest.find('\0');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        std::string value(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        return value;
    };
    const auto read = [&]() -> std::optional<Event> {
        const auto kind = word();
        if (kind && *kind != "1") {
            throw Error(Code::corrupt, "no event: \"" + text::escaped(bytes, 60) + '"');
        }
        auto subject = word();
        auto name = word();
        if (!name) {
            return std::nullopt;
        }
        Event event{*std::move(subject), *std::move(name), {}};
        for (auto key = word(); key; key = word()) {
            if (key->empty()) {
                return event;
            }
            auto value = word();
            if (!value) {
                break;
            }
            event.arguments.insert_or_assign(*std::move(key), *std::move(value));
        }
        return std::nullopt;
    };
    auto event = read();
    if (event) {
        bytes.erase(0, bytes.size() - rest.size());
    } else if (bytes.size() > largest_message) {
        throw Error(Code::corrupt, "an event longer than 64 KiB");
    }
    return event;
}

} // namespace qpkg::qubes
