// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/slots.hpp"

#include "repo-format/announcement.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>

namespace qpkg::qubes {
namespace {

constexpr std::string_view disk_prefix = "qpkg.slot.";
constexpr std::string_view notice_prefix = "vm-config.qpkg-";
constexpr std::string_view front_end_prefix = "xvdq";

std::optional<Letter> letter_after(std::string_view prefix, std::string_view text)
{
    const bool one_more = text.size() == prefix.size() + 1 && text.starts_with(prefix);
    return one_more && text.back() >= 'a' && text.back() <= 'z' ? std::optional(text.back()) : std::nullopt;
}

std::vector<Letter> all_letters()
{
    std::vector<Letter> letters;
    for (std::size_t i = 0; i < most_slots; ++i) {
        letters.push_back(static_cast<Letter>('a' + static_cast<int>(i)));
    }
    return letters;
}

const std::string* value_of(const Features& features, const std::string& name)
{
    const auto found = features.find(name);
    return found == features.end() ? nullptr : &found->second;
}

bool is_touched(const Features& features, Letter letter)
{
    return features.contains(disk_feature(letter)) || features.contains(notice_feature(letter));
}

VolumeSlot slot_at(const Features& features, Letter letter)
{
    const auto* disk = value_of(features, disk_feature(letter));
    const auto* notice = value_of(features, notice_feature(letter));
    const auto volume = disk == nullptr ? std::nullopt : VolumeId::from_hex(*disk);
    if (!volume || notice == nullptr) {
        return unknown_slot(letter, volume);
    }
    try {
        auto slot = parse_slot(*notice);
        return slot.volume == *volume ? slot : unknown_slot(letter, volume);
    } catch (const Error&) {
        return unknown_slot(letter, volume);
    }
}

/// The calls, without those that change nothing.
class Calls {
public:
    explicit Calls(const Features& features) : features_(features) {}

    void set(const std::string& name, const std::string& value)
    {
        const auto* now = value_of(features_, name);
        if (now == nullptr || *now != value) {
            features_[name] = value;
            made_.push_back({name, value});
        }
    }

    void remove(const std::string& name)
    {
        if (features_.erase(name) > 0) {
            made_.push_back({name, std::nullopt});
        }
    }

    void put(Letter letter, const VolumeSlot& slot)
    {
        // What the letter announced goes first: no notice may ever lie beside another volume's disk.
        const auto line = encode_slot(slot);
        const auto* now = value_of(features_, notice_feature(letter));
        if (now != nullptr && *now != line) {
            remove(notice_feature(letter));
        }
        set(disk_feature(letter), slot.volume.hex());
        set(notice_feature(letter), line);
    }

    void clear(Letter letter)
    {
        remove(notice_feature(letter));
        remove(disk_feature(letter));
    }

    std::vector<FeatureChange> finish() { return std::move(made_); }

private:
    Features features_;
    std::vector<FeatureChange> made_;
};

/// How well a letter suits a new volume, best first.
enum class Fit {
    begun,     ///< a broken attempt has put its disk there
    free,      //
    disk_only, ///< free, but the running qube has a disk there until it lets go of it
    in_use,    ///< by what must go
};

struct Place {
    Letter letter;
    Fit fit;
};

Place best_place(const std::map<Letter, VolumeSlot>& now, const VolumeSlot& slot, const std::set<Letter>& taken,
                 const std::set<Letter>& busy)
{
    std::optional<Place> best;
    for (const auto letter : all_letters()) {
        const auto found = now.find(letter);
        const auto fit = found == now.end() ? (busy.contains(letter) ? Fit::disk_only : Fit::free)
                         : found->second == unknown_slot(letter, slot.volume) ? Fit::begun
                                                                              : Fit::in_use;
        if (!taken.contains(letter) && (!best || fit < best->fit)) {
            best = Place{letter, fit};
        }
    }
    if (!best) {
        throw Error(Code::unsupported, "there are " + std::to_string(most_slots) + " slots, and more apps than that");
    }
    return *best;
}

} // namespace

std::string disk_feature(Letter letter) { return std::string(disk_prefix) + letter; }
std::string notice_feature(Letter letter) { return std::string(notice_prefix) + letter; }
std::string front_end(Letter letter) { return std::string(front_end_prefix) + letter; }

std::optional<Letter> letter_of_front_end(std::string_view device) { return letter_after(front_end_prefix, device); }

bool is_slot_feature(std::string_view name)
{
    return letter_after(disk_prefix, name) || letter_after(notice_prefix, name);
}

VolumeSlot unknown_slot(Letter letter, const std::optional<VolumeId>& volume)
{
    return {AppId::require(std::string("qpkg.unknown-") + letter), "?", View::private_view,
            volume.value_or(VolumeId(Digest({})))};
}

std::map<Letter, VolumeSlot> slots_of(const Features& features)
{
    std::map<Letter, VolumeSlot> slots;
    for (const auto letter : all_letters()) {
        if (is_touched(features, letter)) {
            slots.emplace(letter, slot_at(features, letter));
        }
    }
    return slots;
}

std::vector<FeatureChange> plan_features(const Features& features, std::span<const VolumeSlot> slots,
                                         const std::set<Letter>& busy)
{
    const auto now = slots_of(features);
    std::set<Letter> taken;
    std::vector<VolumeSlot> added;
    for (const auto& slot : slots) {
        const auto there = std::ranges::find(now, slot, [](const auto& entry) { return entry.second; });
        if (there == now.end()) {
            added.push_back(slot);
        } else {
            taken.insert(there->first);
        }
    }
    std::vector<Place> places;
    for (const auto& slot : added) {
        places.push_back(best_place(now, slot, taken, busy));
        taken.insert(places.back().letter);
    }

    Calls calls(features);
    for (std::size_t i = 0; i < added.size(); ++i) {
        if (places[i].fit != Fit::in_use) {
            calls.put(places[i].letter, added[i]);
        }
    }
    for (const auto& [letter, slot] : now) {
        if (!taken.contains(letter)) {
            calls.clear(letter);
        }
    }
    for (std::size_t i = 0; i < added.size(); ++i) {
        if (places[i].fit == Fit::in_use) {
            calls.put(places[i].letter, added[i]);
        }
    }
    return calls.finish();
}

std::optional<Letter> letter_for(const Features& features, const VolumeSlot& slot, const std::set<Letter>& busy)
{
    const auto now = slots_of(features);
    const auto wanted = std::ranges::find_if(now, [&](const auto& entry) { return entry.second == slot; });
    if (wanted != now.end()) {
        return wanted->first;
    }
    const auto letters = all_letters();
    const auto free =
        std::ranges::find_if(letters, [&](Letter letter) { return !now.contains(letter) && !busy.contains(letter); });
    return free == letters.end() ? std::nullopt : std::optional(*free);
}

} // namespace qpkg::qubes
