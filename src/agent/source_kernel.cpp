// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/small_files.hpp"
#include "agent/sources.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

constexpr std::string_view parameter_prefix = "qpkg.";
constexpr std::size_t longest_line = 64 * 1024;

/// "app,version,view,root;service…" with blanks instead of the commas and semicolons that are not the version's own.
VolumeSlot parse_value(std::string value)
{
    const auto first = value.find(',');
    const auto last = value.rfind(',');
    const auto before_last = last == 0 || last == std::string::npos ? std::string::npos : value.rfind(',', last - 1);
    for (const auto comma : {first, before_last, last}) {
        if (comma == std::string::npos) {
            throw Error(Code::corrupt, "expected APP,VERSION,VIEW,ROOT");
        }
        value[comma] = ' ';
    }
    std::replace(value.begin() + static_cast<std::ptrdiff_t>(last), value.end(), ';', ' ');
    return parse_slot(value);
}

} // namespace

std::optional<Notices> parse_kernel_line(std::string_view line)
{
    Notices notices;
    bool is_ours = false;
    while (!line.empty()) {
        const auto end = std::min(line.find_first_of(" \n"), line.size());
        const auto word = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
        const auto equals = word.find('=');
        if (!word.starts_with(parameter_prefix) || equals == std::string_view::npos) {
            continue;
        }
        is_ours = true;
        const auto slot = word.substr(parameter_prefix.size(), equals - parameter_prefix.size());
        try {
            if (!is_slot_name(slot)) {
                throw Error(Code::corrupt, "this is no slot's name");
            }
            notices.found.push_back({std::string(slot), parse_value(std::string(word.substr(equals + 1))), Searched{}});
        } catch (const Error& error) {
            notices.problems.push_back("kernel command line: " + std::string(word.substr(0, equals)) + ": " +
                                       error.what());
        }
    }
    return is_ours ? std::optional(std::move(notices)) : std::nullopt;
}

std::optional<Notices> read_kernel_line(const Surroundings& where)
{
    return fs::exists(where.kernel_line) ? parse_kernel_line(read_file(where.kernel_line, longest_line)) : std::nullopt;
}

} // namespace qpkg::agent
