// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/slots.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::qubes {
namespace {

constexpr std::string_view disk_prefix = "qpkg.slot.";
constexpr std::string_view notice_prefix = "vm-config.qpkg-";
constexpr std::string_view front_end_prefix = "xvdq";

constexpr std::size_t longest_number = 3;

std::optional<Letter> letter_after(std::string_view prefix, std::string_view text)
{
    const bool one_more = text.size() == prefix.size() + 1 && text.starts_with(prefix);
    return one_more && text.back() >= 'a' && text.back() <= 'z' ? std::optional(text.back()) : std::nullopt;
}

bool is_number(std::string_view text)
{
    return text.size() <= longest_number && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Letter> letter_of_notice(std::string_view name)
{
    const auto letter = letter_after(notice_prefix, name.substr(0, notice_prefix.size() + 1));
    return letter && is_number(name.substr(notice_prefix.size() + 1)) ? letter : std::nullopt;
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

/// What is announced at `letter`, by feature.
Features notices_at(const Features& features, Letter letter)
{
    Features notices;
    for (const auto& [name, value] : features) {
        if (letter_of_notice(name) == letter) {
            notices.emplace(name, value);
        }
    }
    return notices;
}

/// The features that announce `group` at `letter`.
Features notices_of(Letter letter, const Group& group)
{
    Features notices;
    for (std::size_t i = 0; i < group.size(); ++i) {
        notices.emplace(notice_feature(letter, group.size() == 1 ? "" : std::to_string(i)), encode_slot(group[i]));
    }
    return notices;
}

Group group_at(const Features& features, Letter letter, const Features& notices)
{
    const auto* disk = value_of(features, disk_feature(letter));
    const auto volume = disk == nullptr ? std::nullopt : VolumeId::from_hex(*disk);
    Group group;
    try {
        for (const auto& [name, line] : notices) {
            group.push_back(parse_slot(line));
        }
    } catch (const Error&) {
        group.clear();
    }
    std::ranges::sort(group);
    const bool of_the_disk = std::ranges::all_of(group, [&](const VolumeSlot& slot) { return volume == slot.volume; });
    return group.empty() || !of_the_disk ? Group{unknown_slot(letter, volume)} : group;
}

/// One group for each volume.
std::vector<Group> grouped(std::span<const VolumeSlot> slots)
{
    std::map<VolumeId, Group> by_volume;
    for (const auto& slot : slots) {
        by_volume[slot.volume].push_back(slot);
    }
    std::vector<Group> groups;
    for (auto& [volume, group] : by_volume) {
        std::ranges::sort(group);
        groups.push_back(std::move(group));
    }
    std::ranges::sort(groups);
    return groups;
}

/// The calls, without those that change nothing.
class Calls {
public:
    explicit Calls(const Features& features) : features_(features) {}

    void put(Letter letter, const Group& group)
    {
        // What the letter announced goes first: no notice may ever lie beside another volume's disk. Where the disk
        // stays a notice is replaced in one call, so the app is never missing.
        const auto notices = notices_of(letter, group);
        const auto* disk = value_of(features_, disk_feature(letter));
        const bool disk_stays = disk != nullptr && *disk == group.front().volume.hex();
        for (const auto& [name, line] : notices_at(features_, letter)) {
            const auto* wanted = value_of(notices, name);
            if (wanted == nullptr || (*wanted != line && !disk_stays)) {
                remove(name);
            }
        }
        set(disk_feature(letter), group.front().volume.hex());
        for (const auto& [name, line] : notices) {
            set(name, line);
        }
    }

    void clear(Letter letter)
    {
        for (const auto& [name, line] : notices_at(features_, letter)) {
            remove(name);
        }
        remove(disk_feature(letter));
    }

    std::vector<FeatureChange> finish() { return std::move(made_); }

private:
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

    Features features_;
    std::vector<FeatureChange> made_;
};

/// How well a letter suits a new volume, best first.
enum class Fit {
    begun,     ///< a broken attempt has put its disk there, with some of its notices
    free,      //
    disk_only, ///< free, but the running qube has a disk there until it lets go of it
    in_use,    ///< by what must go
};

struct Place {
    Letter letter;
    Fit fit;
};

Place best_place(const std::map<Letter, Group>& now, const VolumeId& volume, const std::set<Letter>& taken,
                 const std::set<Letter>& busy)
{
    std::optional<Place> best;
    for (const auto letter : all_letters()) {
        const auto found = now.find(letter);
        const auto fit = found == now.end()                       ? (busy.contains(letter) ? Fit::disk_only : Fit::free)
                         : found->second.front().volume == volume ? Fit::begun
                                                                  : Fit::in_use;
        if (!taken.contains(letter) && (!best || fit < best->fit)) {
            best = Place{letter, fit};
        }
    }
    if (!best) {
        throw Error(Code::unsupported,
                    "there are " + std::to_string(most_slots) + " slots, and more volumes than that");
    }
    return *best;
}

} // namespace

std::string disk_feature(Letter letter) { return std::string(disk_prefix) + letter; }
std::string notice_feature(Letter letter, std::string_view number)
{
    return (std::string(notice_prefix) + letter).append(number);
}
std::string front_end(Letter letter) { return std::string(front_end_prefix) + letter; }

std::optional<Letter> letter_of_front_end(std::string_view device) { return letter_after(front_end_prefix, device); }

bool is_disk_feature(std::string_view name) { return letter_after(disk_prefix, name).has_value(); }

bool is_slot_feature(std::string_view name) { return is_disk_feature(name) || letter_of_notice(name); }

VolumeSlot unknown_slot(Letter letter, const std::optional<VolumeId>& volume)
{
    return {AppId::require(std::string("qpkg.unknown-") + letter), "?", volume.value_or(VolumeId(Digest({})))};
}

std::map<Letter, Group> slots_of(const Features& features)
{
    std::map<Letter, Group> slots;
    for (const auto letter : all_letters()) {
        const auto notices = notices_at(features, letter);
        if (!notices.empty() || features.contains(disk_feature(letter))) {
            slots.emplace(letter, group_at(features, letter, notices));
        }
    }
    return slots;
}

std::vector<FeatureChange> plan_features(const Features& features, std::span<const VolumeSlot> slots,
                                         const std::set<Letter>& busy)
{
    const auto now = slots_of(features);
    std::set<Letter> taken;
    std::vector<Group> added;
    for (auto& group : grouped(slots)) {
        const auto there = std::ranges::find(now, group, [](const auto& entry) { return entry.second; });
        if (there == now.end()) {
            added.push_back(std::move(group));
        } else {
            taken.insert(there->first);
        }
    }
    std::vector<Place> places;
    for (const auto& group : added) {
        places.push_back(best_place(now, group.front().volume, taken, busy));
        taken.insert(places.back().letter);
    }

    Calls calls(features);
    for (std::size_t i = 0; i < added.size(); ++i) {
        if (places[i].fit != Fit::in_use) {
            calls.put(places[i].letter, added[i]);
        }
    }
    for (const auto& [letter, group] : now) {
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

std::optional<Letter> letter_for(const Features& features, const VolumeId& volume, const std::set<Letter>& busy)
{
    const auto now = slots_of(features);
    const auto wanted = std::ranges::find(now, volume, [](const auto& entry) { return entry.second.front().volume; });
    if (wanted != now.end()) {
        return wanted->first;
    }
    const auto letters = all_letters();
    const auto free =
        std::ranges::find_if(letters, [&](Letter letter) { return !now.contains(letter) && !busy.contains(letter); });
    return free == letters.end() ? std::nullopt : std::optional(*free);
}

} // namespace qpkg::qubes
