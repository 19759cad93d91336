// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/control_groups.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <unistd.h>

#include <algorithm>

namespace qpkg::control_groups {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_table = 64 * 1024;

void remove_left_behind(const fs::path& parent, std::string_view prefix)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(prefix) && !fs::exists("/proc/" + name.substr(prefix.size()))) {
            ::rmdir(entry.path().c_str());
        }
    }
}

} // namespace

std::optional<std::string> group_in(const fs::path& table, std::string_view controller)
{
    // Rows are NUMBER:CONTROLLER,CONTROLLER:PATH.
    for (const auto& row : text::split(files::read_if_exists(table, largest_table).value_or(""), '\n')) {
        const auto first = row.find(':');
        const auto second = row.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const auto controllers = text::split(row.substr(first + 1, second - first - 1), ',');
        if (std::ranges::find(controllers, controller) != controllers.end()) {
            return row.substr(second + 1);
        }
    }
    return std::nullopt;
}

std::optional<fs::path> make(const fs::path& parent, std::string_view prefix)
{
    remove_left_behind(parent, prefix);
    auto place = parent / (std::string(prefix) + std::to_string(::getpid()));
    std::error_code refused;
    fs::create_directory(place, refused); // a directory that is there is no error: this process has no other
    return refused ? std::nullopt : std::optional(std::move(place));
}

} // namespace qpkg::control_groups
