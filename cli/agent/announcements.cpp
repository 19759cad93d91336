// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/announcements.hpp"

#include "cli/agent/small_files.hpp"
#include "repo-format/announcement.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

constexpr std::size_t largest_file = 4096;
constexpr std::size_t longest_slot_name = 32;
constexpr std::size_t longest_device = 255;
constexpr std::string_view device_word = "device ";

bool is_slot_name(std::string_view name)
{
    return !name.empty() && name.size() <= longest_slot_name &&
           std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool is_device(std::string_view path)
{
    return path.starts_with('/') && path.size() <= longest_device &&
           std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// One volume of each app: which of two would be a guess, so neither is.
void drop_doubles(Announcements& announcements)
{
    auto& found = announcements.found;
    std::ranges::stable_sort(found, {}, [](const Announced& one) { return one.volume.app; });
    for (std::size_t i = 0; i + 1 < found.size();) {
        const auto app = found[i].volume.app;
        const auto end = std::ranges::find_if(found.begin() + static_cast<std::ptrdiff_t>(i), found.end(),
                                              [&](const Announced& one) { return one.volume.app != app; });
        if (end - found.begin() > static_cast<std::ptrdiff_t>(i) + 1) {
            announcements.problems.push_back(app.text() + ": announced twice");
            found.erase(found.begin() + static_cast<std::ptrdiff_t>(i), end);
        } else {
            ++i;
        }
    }
}

} // namespace

Announced parse_announced_file(std::string_view bytes)
{
    const auto first = bytes.find('\n');
    const auto second = first == std::string_view::npos ? first : bytes.find('\n', first + 1);
    if (second == std::string_view::npos || second + 1 != bytes.size()) {
        throw Error(Code::corrupt, "expected two lines");
    }
    Announced announced{parse_slot(bytes.substr(0, first)), std::nullopt};
    auto place = bytes.substr(first + 1, second - first - 1);
    if (place == "mounted") {
        return announced;
    }
    if (!place.starts_with(device_word) || !is_device(place.substr(device_word.size()))) {
        throw Error(Code::corrupt, "the second line is neither \"mounted\" nor a device");
    }
    announced.device = place.substr(device_word.size());
    return announced;
}

Announcements read_announced_directory(const std::filesystem::path& directory)
{
    Announcements announcements;
    for (const auto& name : names_in(directory)) {
        if (!is_slot_name(name)) {
            continue; // a file that the host is still writing
        }
        try {
            announcements.found.push_back(parse_announced_file(read_file(directory / name, largest_file)));
        } catch (const Error& error) {
            announcements.problems.push_back("slot " + name + ": " + error.what());
        }
    }
    drop_doubles(announcements);
    return announcements;
}

} // namespace qpkg::agent
