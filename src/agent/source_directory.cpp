// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/small_files.hpp"
#include "agent/sources.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

constexpr std::size_t largest_file = 4096;
constexpr std::size_t longest_device = 255;
constexpr std::string_view device_word = "device ";

bool is_device(std::string_view path)
{
    return path.starts_with('/') && path.size() <= longest_device &&
           std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

Notice parse_directory_file(std::string slot, std::string_view bytes)
{
    const auto first = bytes.find('\n');
    const auto second = first == std::string_view::npos ? first : bytes.find('\n', first + 1);
    if (second == std::string_view::npos || second + 1 != bytes.size()) {
        throw Error(Code::corrupt, "expected two lines");
    }
    Notice notice{std::move(slot), parse_slot(bytes.substr(0, first)), Mounted{}};
    const auto place = bytes.substr(first + 1, second - first - 1);
    if (place == "mounted") {
        return notice;
    }
    if (!place.starts_with(device_word) || !is_device(place.substr(device_word.size()))) {
        throw Error(Code::corrupt, "the second line is neither \"mounted\" nor a device");
    }
    notice.place = std::filesystem::path(place.substr(device_word.size()));
    return notice;
}

std::optional<Notices> read_directory(const Surroundings& where)
{
    if (!fs::is_directory(where.announced)) {
        return std::nullopt;
    }
    Notices notices;
    for (const auto& name : names_in(where.announced)) {
        if (!is_slot_name(name)) {
            continue; // a file that the host is still writing
        }
        try {
            notices.found.push_back(parse_directory_file(name, read_file(where.announced / name, largest_file)));
        } catch (const Error& error) {
            notices.problems.push_back("slot " + name + ": " + error.what());
        }
    }
    return notices;
}

} // namespace qpkg::agent
