// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/live_qube.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <map>
#include <thread>

namespace qpkg::local {
namespace {

constexpr int looks = 10; // the kernel ends an unused loop device in the background
constexpr std::chrono::milliseconds between_looks{20};

/// Each use of a loop device has another, so that one that is taken again is not mistaken.
std::string new_tag(const QubeName& qube)
{
    static std::atomic<unsigned> last = 0;
    return qube.text() + '~' + std::to_string(::getpid()) + '~' + std::to_string(++last);
}

bool shows(const PlaceRecord& record, const VolumeId& volume)
{
    return std::ranges::any_of(record, [&](const PlacedVolume& placed) {
        return placed.slot.volume == volume && placed.state == PlacedVolume::State::shown;
    });
}

bool is_still_used(const PlacedVolume& placed)
{
    for (int look = 0; look < looks; ++look) {
        if (!mounts::is_in_use(placed.loop, placed.tag)) {
            return false;
        }
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

/// The apps that a qube wants of a volume; the slot itself where nobody wants it.
std::vector<VolumeSlot> wanted_of_volume(const std::vector<VolumeSlot>& wanted, const VolumeSlot& slot)
{
    std::vector<VolumeSlot> slots;
    std::ranges::copy_if(wanted, std::back_inserter(slots),
                         [&](const VolumeSlot& one) { return one.volume == slot.volume; });
    return slots.empty() ? std::vector{slot} : slots;
}

void for_each_line(const std::string& text, const std::function<void(const std::string&)>& step)
{
    for (const auto& line : text::split(text, '\n')) {
        if (!line.empty()) {
            step(line);
        }
    }
}

} // namespace

std::optional<PlaceLink> LiveQube::connect() const
{
    auto socket = places_.connect(qube_);
    if (!socket) {
        return std::nullopt;
    }
    PlaceLink link(std::move(socket));
    return link.greet() ? std::optional(std::move(link)) : std::nullopt;
}

void LiveQube::settle(PlaceLink& link) const
{
    while (link.read_more()) { // the place closes this when it goes on, or when it has ended
    }
    if (!connect()) { // asked, for the kernel closes the files of who ends in no order
        places_.wait_for_end(qube_);
    }
}

ComingVolume LiveQube::open(const VolumeSlot& slot) const
{
    const auto image = image_of_(slot);
    auto tag = new_tag(qube_);
    auto mounted = mounts::open_volume(image, tag);
    return {slot.volume, std::move(mounted), std::move(tag)};
}

void LiveQube::add_bases(std::vector<ComingVolume>& coming, const std::vector<VolumeSlot>& slots) const
{
    for (const auto& slot : slots) {
        if (slot.base && std::ranges::find(coming, *slot.base, &ComingVolume::volume) == coming.end()) {
            auto base = slot;
            base.volume = *slot.base;
            try {
                coming.push_back(open(base));
            } catch (const Error& error) {
                if (error.code() == Code::not_found) {
                    throw;
                }
                log::warning(qube_.text() + ": " + slot.app.text() + ": " + error.what());
            }
        }
    }
}

LiveQube::First LiveQube::first_volumes(const std::vector<VolumeSlot>& slots) const
{
    First first;
    std::map<VolumeId, PlacedVolume> placed;
    for (const auto& slot : slots) {
        auto known = placed.find(slot.volume);
        if (known == placed.end()) {
            known = placed.emplace(slot.volume, PlacedVolume{PlacedVolume::State::shown, "", "", slot}).first;
            try {
                auto opened = open(slot);
                known->second.loop = opened.mounted.loop;
                known->second.tag = opened.tag;
                first.coming.push_back(std::move(opened));
            } catch (const Error& error) {
                if (error.code() == Code::not_found) { // nothing to mount: the qube does not begin without
                    throw;
                }
                log::warning(qube_.text() + ": " + slot.app.text() + ": " + error.what());
            }
        }
        known->second.slot = slot;
        first.record.push_back(known->second);
    }
    add_bases(first.coming, slots);
    return first;
}

void LiveQube::tell(PlaceLink& link, const std::vector<VolumeSlot>& slots,
                    const std::vector<ComingVolume>& coming) const
{
    session::VolumeList list{{}, slots};
    std::vector<int> mounts;
    for (const auto& [volume, mounted, tag] : coming) {
        list.coming.push_back(volume);
        mounts.push_back(mounted.mount.get());
    }
    link.send_words(session::encode_volumes(list));
    link.send(session::Kind::volumes, {}, mounts);
    const auto [status, errors, notes] = link.answer();
    if (status != 0 && status != static_cast<int>(Code::partly)) {
        throw Error(static_cast<Code>(status), "show the apps of " + qube_.text() + ": " + errors);
    }
    for_each_line(errors, [&](const std::string& line) { log::warning(qube_.text() + ": " + line); });
    for_each_line(notes, [&](const std::string& line) { log::debug(qube_.text() + ": " + line); });
}

void LiveQube::show(const PlaceRecord& record, const std::vector<ComingVolume>& coming) const
{
    auto link = connect();
    if (!link) {
        return; // it ended: its next place begins with what is wanted
    }
    tell(*link, shown_slots(record), coming);
    fault_point("local.shown");
    places_.write_record(qube_, record);
}

void LiveQube::attach(const std::vector<VolumeSlot>& wanted, const VolumeSlot& slot) const
{
    const auto record = places_.record(qube_);
    if (!record) {
        throw Error(Code::conflict, qube_.text() + " is not running");
    }
    const auto apps = wanted_of_volume(wanted, slot);
    std::vector<ComingVolume> coming;
    if (shows(*record, slot.volume)) {
        add_bases(coming, apps);
        show(with_shown(*record, apps, "", ""), coming); // perhaps another app of it
        return;
    }
    coming.push_back(open(slot));
    add_bases(coming, apps);
    const auto& [volume, mounted, tag] = coming.front();
    show(with_shown(*record, apps, mounted.loop, tag), coming);
}

Detached LiveQube::detach(const VolumeSlot& slot) const
{
    auto record = places_.record(qube_);
    if (!record) {
        return Detached::gone;
    }
    if (shows(*record, slot.volume)) {
        record = without_volume(*std::move(record), slot.volume);
        show(*record, {});
    }
    const auto leaves = [&](const PlacedVolume& placed) {
        return placed.slot.volume == slot.volume && placed.state == PlacedVolume::State::leaving;
    };
    const bool in_use = std::ranges::any_of(
        *record, [&](const PlacedVolume& placed) { return leaves(placed) && is_still_used(placed); });
    if (!in_use && std::erase_if(*record, leaves) > 0) {
        places_.write_record(qube_, *record);
    }
    return in_use ? Detached::in_use : Detached::gone;
}

void LiveQube::announce(const std::vector<VolumeSlot>& wanted) const
{
    auto record = places_.record(qube_);
    if (!record) {
        return;
    }
    for (auto& placed : *record) {
        const auto said =
            std::ranges::find_if(wanted, [&](const VolumeSlot& slot) { return same_volume(slot, placed.slot); });
        if (placed.state == PlacedVolume::State::shown && said != wanted.end()) {
            placed.slot = *said;
        }
    }
    std::vector<ComingVolume> coming;
    add_bases(coming, shown_slots(*record));
    show(*record, coming);
}

} // namespace qpkg::local
