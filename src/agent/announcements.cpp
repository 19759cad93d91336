// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/announcements.hpp"

#include <algorithm>
#include <map>

namespace qpkg::agent {
namespace {

constexpr std::size_t longest_slot_name = 32;

std::optional<Announced> with_disk(const Notice& notice, const FindDisk& find_disk)
{
    if (std::holds_alternative<Mounted>(notice.place)) {
        return Announced{notice.volume, std::nullopt};
    }
    auto disk = find_disk(notice);
    if (!disk) {
        return std::nullopt;
    }
    if (!notice.volume.base) {
        return Announced{notice.volume, std::move(disk)};
    }
    auto base = find_disk({"", {notice.volume.app, notice.volume.version, *notice.volume.base}, Searched{}});
    return base ? std::optional(Announced{notice.volume, std::move(disk), std::move(base)}) : std::nullopt;
}

} // namespace

Announcements settle(Notices notices, const FindDisk& find_disk)
{
    std::ranges::sort(notices.found, {}, &Notice::slot);
    std::map<AppId, std::optional<Announced>> by_app;
    std::map<AppId, std::string> slots;
    for (const auto& notice : notices.found) {
        auto& announced = by_app[notice.volume.app];
        if (!announced) {
            announced = with_disk(notice, find_disk);
            slots.emplace(notice.volume.app, notice.slot);
        }
    }
    Announcements announcements{{}, std::move(notices.problems)};
    for (auto& [app, announced] : by_app) {
        if (announced) {
            announcements.found.push_back(*std::move(announced));
        } else {
            announcements.problems.push_back("slot " + slots.at(app) + ": " + app.text() + ": its disk is not there");
        }
    }
    return announcements;
}

bool is_slot_name(std::string_view name)
{
    return !name.empty() && name.size() <= longest_slot_name &&
           std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::optional<char> letter_of_slot(std::string_view name)
{
    const bool fits = is_slot_name(name) && name.front() >= 'a' && name.front() <= 'z' &&
                      std::ranges::all_of(name.substr(1), [](char c) { return c >= '0' && c <= '9'; });
    return fits ? std::optional(name.front()) : std::nullopt;
}

} // namespace qpkg::agent
