// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/whole_places.hpp"

#include "repo-format/guest/whole_tree.hpp"

#include "qpkg/core/error.hpp"

#include <string>

namespace qpkg::build {
namespace {

AtPlace at_place(const ForeignTree& tree, std::string_view place)
{
    const std::string path(place);
    const auto info = tree.look(path);
    if (!info) {
        return AtPlace::nothing;
    }
    if (!S_ISDIR(info->st_mode)) {
        return AtPlace::other;
    }
    return tree.list(path).empty() ? AtPlace::empty_folder : AtPlace::folder;
}

} // namespace

void refuse_what_is_no_root(const ForeignTree& tree)
{
    const auto look = [&](std::string_view place) {
        const auto found = at_place(tree, place);
        const bool is_made = place != "/usr" && found != AtPlace::other;
        return is_made ? AtPlace::empty_folder : found;
    };
    if (const auto why = complaint_about_whole_tree(look)) {
        throw Error(Code::corrupt, "the tree cannot be the root of a view: " + *why,
                    "a root has /usr, and real folders where the qube's own are shown");
    }
}

void make_places(const ForeignTree& tree)
{
    for (const auto place : places_of_tree) {
        tree.make_directories(std::string(place));
    }
    for (const auto place : places_of_qube) {
        tree.make_directories(std::string(place));
    }
    if (const auto why = complaint_about_whole_tree([&](std::string_view place) { return at_place(tree, place); })) {
        throw Error(Code::bug, "the tree of a whole view was made wrong: " + *why);
    }
}

} // namespace qpkg::build
