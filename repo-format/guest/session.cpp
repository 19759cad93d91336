// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/session.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <charconv>

namespace qpkg::session {
namespace {

constexpr std::string_view kinds = "HWRISOEXGDTZMVKQ";
constexpr std::size_t head = 3;
constexpr int largest_status = 255;

template <class Number>
std::optional<Number> number_of(std::string_view text)
{
    Number number{};
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

const char* word_of(Who who)
{
    switch (who) {
    case Who::user:
        return "user";
    case Who::root:
        return "root";
    case Who::agent:
        return "agent";
    }
    return "";
}

std::optional<Who> who_of(std::string_view word)
{
    for (const auto who : {Who::user, Who::root, Who::agent}) {
        if (word == word_of(who)) {
            return who;
        }
    }
    return std::nullopt;
}

Error broken(const char* what) { return {Code::corrupt, std::string("the order of a program: ") + what}; }

/// The parts that a NUL ends.
std::vector<std::string_view> parts_of(std::string_view bytes)
{
    std::vector<std::string_view> parts;
    while (!bytes.empty()) {
        const auto end = bytes.find('\0');
        if (end == std::string_view::npos) {
            throw broken("it is cut");
        }
        parts.push_back(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
    }
    return parts;
}

} // namespace

std::string encode(Kind kind, std::string_view payload)
{
    std::string bytes;
    do {
        const auto part = payload.substr(0, largest_payload);
        payload.remove_prefix(part.size());
        bytes += static_cast<char>(kind);
        bytes += static_cast<char>(part.size() >> 8);
        bytes += static_cast<char>(part.size() & 0xff);
        bytes += part;
    } while (!payload.empty());
    return bytes;
}

std::string encode_hello(std::string_view digits)
{
    return std::string(head + largest_payload, '\0') + encode(Kind::hello, digits);
}

void FrameReader::add(std::string_view bytes) { bytes_ += bytes; }

std::optional<Frame> FrameReader::next()
{
    std::optional<Frame> frame;
    std::size_t at = 0;
    while (!frame && at < bytes_.size()) {
        if (kinds.find(bytes_[at]) == std::string_view::npos) {
            ++at;
            continue;
        }
        if (bytes_.size() - at < head) {
            break;
        }
        const auto byte = [&](std::size_t offset) {
            return static_cast<std::size_t>(static_cast<unsigned char>(bytes_[at + offset]));
        };
        const auto length = byte(1) << 8 | byte(2);
        if (length > largest_payload) {
            ++at;
            continue;
        }
        if (bytes_.size() - at - head < length) {
            break;
        }
        frame = Frame{static_cast<Kind>(bytes_[at]), bytes_.substr(at + head, length)};
        at += head + length;
    }
    bytes_.erase(0, at);
    return frame;
}

std::string encode_size(const TerminalSize& size)
{
    return std::to_string(size.rows) + ' ' + std::to_string(size.columns);
}

std::optional<TerminalSize> parse_size(std::string_view text)
{
    const auto blank = text.find(' ');
    const auto rows = number_of<unsigned short>(text.substr(0, blank));
    const auto columns =
        blank == std::string_view::npos ? std::nullopt : number_of<unsigned short>(text.substr(blank + 1));
    return rows && columns ? std::optional(TerminalSize{*rows, *columns}) : std::nullopt;
}

std::string encode_order(const Order& order)
{
    std::string bytes;
    const auto add = [&](std::string_view part) {
        if (part.find('\0') != std::string_view::npos) {
            throw Error(Code::usage, "a word of the program holds a NUL");
        }
        bytes += part;
        bytes += '\0';
    };
    add(word_of(order.who));
    add(order.terminal ? encode_size(*order.terminal) : "");
    for (const auto& [name, value] : order.environment) {
        auto variable = name;
        add(variable.append(1, '=').append(value));
    }
    add("");
    std::ranges::for_each(order.argv, add);
    if (bytes.size() > largest_order) {
        throw Error(Code::usage, "the words of the program are longer than 2 MiB");
    }
    return bytes;
}

Order parse_order(std::string_view bytes)
{
    const auto parts = parts_of(bytes);
    const auto end_of_environment =
        parts.size() < 3 ? parts.end() : std::find(parts.begin() + 2, parts.end(), std::string_view());
    if (end_of_environment == parts.end()) {
        throw broken("a part is missing");
    }
    const auto who = who_of(parts[0]);
    Order order;
    order.terminal = parse_size(parts[1]);
    if (!who || (!order.terminal && !parts[1].empty())) {
        throw broken("nobody can run it so");
    }
    order.who = *who;
    for (auto part = parts.begin() + 2; part != end_of_environment; ++part) {
        const auto sign = part->find('=');
        if (sign == 0 || sign == std::string_view::npos) {
            throw broken("a variable has no name");
        }
        order.environment.insert_or_assign(std::string(part->substr(0, sign)), std::string(part->substr(sign + 1)));
    }
    order.argv.assign(end_of_environment + 1, parts.end());
    return order;
}

int parse_status(std::string_view payload)
{
    const auto status = number_of<int>(payload);
    return status && *status >= 0 && *status <= largest_status ? *status : 1;
}

} // namespace qpkg::session
