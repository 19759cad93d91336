// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/place_record.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::local {
namespace {

constexpr std::string_view shown_word = "shown";
constexpr std::string_view leaving_word = "leaving";

/// Takes the first word off.
std::string take_word(std::string_view& line)
{
    const auto end = std::min(line.find(' '), line.size());
    std::string word(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

PlacedVolume parse_placed(std::string_view line)
{
    const auto state = take_word(line);
    if (state != shown_word && state != leaving_word) {
        throw Error(Code::corrupt, "neither shown nor leaving");
    }
    auto loop = take_word(line);
    auto tag = take_word(line);
    return {state == shown_word ? PlacedVolume::State::shown : PlacedVolume::State::leaving, std::move(loop),
            std::move(tag), parse_slot(line)};
}

std::vector<VolumeSlot> slots_of_record(const PlaceRecord& record, bool leaving_too)
{
    std::vector<VolumeSlot> slots;
    for (const auto& placed : record) {
        if (leaving_too || placed.state == PlacedVolume::State::shown) {
            slots.push_back(placed.slot);
        }
    }
    std::ranges::sort(slots);
    return slots;
}

} // namespace

std::string encode_place(const PlaceRecord& record)
{
    std::string text;
    for (const auto& [state, loop, tag, slot] : record) {
        text.append(state == PlacedVolume::State::shown ? shown_word : leaving_word).append(" ");
        text.append(loop).append(" ").append(tag).append(" ").append(encode_slot(slot)) += '\n';
    }
    return text;
}

PlaceRecord parse_place(std::string_view bytes)
{
    PlaceRecord record;
    auto lines = text::split(bytes, '\n');
    lines.pop_back(); // what follows the last newline
    for (std::size_t i = 0; i < lines.size(); ++i) {
        record.push_back(with_context("line " + std::to_string(i + 1), [&] { return parse_placed(lines[i]); }));
    }
    return record;
}

std::vector<VolumeSlot> shown_slots(const PlaceRecord& record) { return slots_of_record(record, false); }

std::vector<VolumeSlot> all_slots(const PlaceRecord& record) { return slots_of_record(record, true); }

PlaceRecord with_shown(PlaceRecord record, const std::vector<VolumeSlot>& slots, const std::string& loop,
                       const std::string& tag)
{
    for (const auto& slot : slots) {
        auto placed = PlacedVolume{PlacedVolume::State::shown, loop, tag, slot};
        std::erase_if(record, [&](PlacedVolume& there) {
            const bool is_app = there.slot.app == slot.app && there.state == PlacedVolume::State::shown;
            if (is_app && there.slot.volume == slot.volume) {
                placed.loop = there.loop;
                placed.tag = there.tag;
                return true;
            }
            if (is_app) {
                there.state = PlacedVolume::State::leaving;
            }
            return false;
        });
        record.push_back(std::move(placed));
    }
    return record;
}

PlaceRecord without_volume(PlaceRecord record, const VolumeId& volume)
{
    for (auto& placed : record) {
        if (placed.slot.volume == volume) {
            placed.state = PlacedVolume::State::leaving;
        }
    }
    return record;
}

} // namespace qpkg::local
