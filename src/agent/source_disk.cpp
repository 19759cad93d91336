// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/disks.hpp"
#include "agent/small_files.hpp"
#include "agent/sources.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::agent {
namespace {

constexpr std::string_view config_serial = "qpkg-announced";
constexpr std::string_view header = "qpkg-announced-2\n";
constexpr std::size_t largest_text = 64 * 1024;

} // namespace

Notices parse_config_disk(std::string_view text)
{
    Notices notices;
    if (!text.starts_with(header) || text.back() != '\n') {
        notices.problems.emplace_back("the config disk does not begin with qpkg-announced-2 or is cut");
        return notices;
    }
    text.remove_prefix(header.size());
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() + 1);
        const auto blank = line.find(' ');
        const auto name = line.substr(0, blank);
        try {
            if (blank == std::string_view::npos || !is_slot_name(name)) {
                throw Error(Code::corrupt, "expected a slot's name and its line");
            }
            notices.found.push_back({std::string(name), parse_slot(line.substr(blank + 1)), Searched{}});
        } catch (const Error& error) {
            notices.problems.push_back(std::string("the config disk: ") + error.what());
        }
    }
    return notices;
}

std::optional<Notices> read_config_disk(const Surroundings& where)
{
    const auto device = disk_with_serial(where, config_serial);
    if (!device) {
        return std::nullopt;
    }
    drop_cached(*device); // the host changes it while the qube runs
    const auto bytes = read_beginning(*device, largest_text);
    return parse_config_disk(std::string_view(bytes).substr(0, bytes.find('\0')));
}

} // namespace qpkg::agent
