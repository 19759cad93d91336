// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/wanted_file.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <optional>

namespace qpkg::local {
namespace {

constexpr std::string_view format = "qpkg-local-qube-";
constexpr std::string_view format_number = "2";
constexpr std::size_t machine_id_digits = 32;

/// Hands out the lines of a text, each of which ends in a newline.
class Lines {
public:
    explicit Lines(std::string_view text) : text_(text) {}

    bool has_more() const { return !text_.empty(); }

    /// The rest of the next line, which begins with `word`.
    std::string_view after(std::string_view word)
    {
        ++number_;
        const auto end = text_.find('\n');
        if (end == std::string_view::npos || !text_.substr(0, end).starts_with(word)) {
            throw broken("expected " + std::string(word));
        }
        const auto rest = text_.substr(word.size(), end - word.size());
        text_.remove_prefix(end + 1);
        return rest;
    }

    Error broken(std::string_view what) const
    {
        return {Code::corrupt, "line " + std::to_string(number_) + ": " + std::string(what)};
    }

private:
    std::string_view text_;
    std::size_t number_ = 0;
};

bool is_machine_id(std::string_view text)
{
    return text.size() == machine_id_digits &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

VolumeSlot slot_of(Lines& lines)
{
    const auto text = lines.after("slot ");
    try {
        return parse_slot(text);
    } catch (const Error& error) {
        throw lines.broken(error.what());
    }
}

} // namespace

std::string encode_wanted(const WantedFile& wanted)
{
    auto text = std::string(format) + std::string(format_number) + "\nbase " + wanted.base.hex() + "\nmachine-id " +
                wanted.machine_id + '\n';
    for (const auto& slot : wanted.slots) {
        text += "slot " + encode_slot(slot) + '\n';
    }
    return text;
}

WantedFile parse_wanted(std::string_view bytes)
{
    Lines lines(bytes);
    const auto number = lines.after(format);
    if (number == "1") {
        throw Error(Code::unsupported, "line 1: made by qpkg 0.1; make the qube again");
    }
    if (number != format_number) {
        throw Error(Code::unsupported, "line 1: was written by a newer qpkg");
    }
    const auto base = VolumeId::from_hex(lines.after("base "));
    if (!base) {
        throw lines.broken("expected 64 lower-case hex digits");
    }
    WantedFile wanted{*base, std::string(lines.after("machine-id ")), {}};
    if (!is_machine_id(wanted.machine_id)) {
        throw lines.broken("expected 32 lower-case hex digits");
    }
    while (lines.has_more()) {
        auto slot = slot_of(lines);
        if (!wanted.slots.empty() && !(wanted.slots.back().app < slot.app)) {
            throw lines.broken("the apps are not in ascending order");
        }
        wanted.slots.push_back(std::move(slot));
    }
    return wanted;
}

} // namespace qpkg::local
