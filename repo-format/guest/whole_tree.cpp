// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/whole_tree.hpp"

namespace qpkg {
namespace {

std::optional<std::string> complaint_about_place(std::string_view place, AtPlace found, bool is_of_qube)
{
    const auto name = std::string(place);
    switch (found) {
    case AtPlace::nothing:
        return "it has no " + name;
    case AtPlace::other:
        return name + " is no folder";
    case AtPlace::folder:
        if (is_of_qube && place != "/var") {
            return name + " is not empty, and the qube's own is shown there";
        }
        return std::nullopt;
    case AtPlace::empty_folder:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> complaint_about_whole_tree(const LookAtPlace& look)
{
    for (const auto place : places_of_tree) {
        if (auto why = complaint_about_place(place, look(place), false)) {
            return why;
        }
    }
    for (const auto place : places_of_qube) {
        if (auto why = complaint_about_place(place, look(place), true)) {
            return why;
        }
    }
    return std::nullopt;
}

} // namespace qpkg
