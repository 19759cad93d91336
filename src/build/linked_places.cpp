// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/linked_places.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace qpkg::build {
namespace {

constexpr std::array<const char*, 6> linkable_places{"home", "root", "mnt", "media", "opt", "srv"};

/// "var/home" of "var/home", "/var/home" and "./var/home/"; nothing for what leads elsewhere.
std::optional<std::string> lasting_place(const std::string& target)
{
    std::vector<std::string> steps;
    for (auto& step : text::split(target, '/')) {
        if (step == "..") {
            return std::nullopt;
        }
        if (!step.empty() && step != ".") {
            steps.push_back(std::move(step));
        }
    }
    const bool lasts = steps.size() > 1 && (steps.front() == "var" || steps.front() == "run");
    return lasts ? std::optional(text::join(steps, "/")) : std::nullopt;
}

/// From the folder of `path` up to the top, then to `place`.
std::string way_back(const std::string& path, const std::string& place)
{
    std::string way;
    for (auto steps = std::ranges::count(path, '/'); steps > 0; --steps) {
        way += "../";
    }
    return way + place;
}

} // namespace

void turn_links_round(const ForeignTree& root)
{
    for (const std::string place : linkable_places) {
        const auto info = root.look(place);
        const auto target = info && S_ISLNK(info->st_mode) ? lasting_place(root.read_link(place)) : std::nullopt;
        if (!target) {
            continue;
        }
        root.remove(place);
        if (root.has_directory(*target)) {
            root.move(*target, root, place);
        } else {
            root.make_directory(place);
        }
        if (target->starts_with("var/") && !root.look(*target)) {
            root.make_directories(target->substr(0, target->rfind('/')));
            root.make_symlink(*target, way_back(*target, place));
        }
    }
}

} // namespace qpkg::build
