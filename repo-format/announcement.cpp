// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/announcement.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace qpkg {
namespace {

constexpr std::size_t longest_version = 400;
constexpr std::string_view in_use_word = "in-use ";
constexpr std::size_t longest_disk = 32;

bool is_version(std::string_view text)
{
    return !text.empty() && text.size() <= longest_version &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<View> view_of(std::string_view word)
{
    if (word == "private") {
        return View::private_view;
    }
    if (word == "shared") {
        return View::shared;
    }
    return std::nullopt;
}

bool is_of_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

Error broken(std::string_view what) { return {Code::corrupt, "the line of a volume: " + std::string(what)}; }

} // namespace

std::string encode_slot(const VolumeSlot& slot)
{
    if (!is_version(slot.version)) {
        throw Error(Code::usage, "the version of " + slot.app.text() + " holds a blank or is not printable ASCII");
    }
    const auto* const view = slot.view == View::shared ? " shared " : " private ";
    return slot.app.text() + ' ' + slot.version + view + slot.volume.hex();
}

VolumeSlot parse_slot(std::string_view line)
{
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
        const auto end = &part == &parts.back() ? line.size() : line.find(' ');
        if (end == std::string_view::npos) {
            throw broken("expected app id, version, view and root");
        }
        part = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    const auto app = AppId::parse(parts[0]);
    const auto view = view_of(parts[2]);
    const auto volume = VolumeId::from_hex(parts[3]);
    if (!app) {
        throw broken("the first word is no app id");
    }
    if (!is_version(parts[1])) {
        throw broken("the second word is no version");
    }
    if (!view) {
        throw broken("the view is neither private nor shared");
    }
    if (!volume) {
        throw broken("the root is not 64 lower-case hex digits");
    }
    return {*app, std::string(parts[1]), *view, *volume};
}

std::string encode_in_use(std::string_view disk) { return std::string(in_use_word) + std::string(disk) + '\n'; }

std::set<std::string> disks_in_use(std::string_view answer)
{
    std::set<std::string> disks;
    while (!answer.empty()) {
        const auto end = std::min(answer.find('\n'), answer.size());
        const auto line = answer.substr(0, end);
        answer.remove_prefix(std::min(end + 1, answer.size()));
        const auto disk = line.starts_with(in_use_word) ? line.substr(in_use_word.size()) : std::string_view();
        if (!disk.empty() && disk.size() <= longest_disk && std::ranges::all_of(disk, is_of_name)) {
            disks.emplace(disk);
        }
    }
    return disks;
}

} // namespace qpkg
