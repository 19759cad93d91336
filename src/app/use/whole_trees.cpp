// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/whole_trees.hpp"

#include "repo-format/guest/whole_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/ports/object_reader.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

using Entry = ModuleTree::Entry;

AtPlace at_place_in(const ModuleTree& tree, std::string_view place)
{
    std::uint32_t directory = 0;
    for (const auto& step : text::split(place.substr(1), '/')) {
        const auto& entries = tree.directories.at(directory).entries;
        const auto found = std::ranges::lower_bound(entries, step, {}, &Entry::name);
        if (found == entries.end() || found->name != step) {
            return AtPlace::nothing;
        }
        if (found->kind != NodeKind::directory) {
            return AtPlace::other;
        }
        directory = found->index;
    }
    return tree.directories.at(directory).entries.empty() ? AtPlace::empty_folder : AtPlace::folder;
}

} // namespace

void require_whole_trees(const World& world, const plan::Plan& plan)
{
    for (const auto& change : plan::all_changes(plan)) {
        const auto* learned = std::get_if<LearnRelease>(&change);
        if (learned == nullptr || !learned->release.release.base.is_none()) {
            continue;
        }
        const auto& release = learned->release.release;
        const auto commit = world.content.open_commit(release.tree.commit);
        const auto look = [&](std::string_view place) { return at_place_in(commit->tree(), place); };
        if (const auto why = complaint_about_whole_tree(look)) {
            throw Error(Code::corrupt,
                        "cannot install " + release.app.text() + ' ' + release.version +
                            ": its tree cannot be the root of a view: " + *why,
                        "tell its publisher; nothing was changed");
        }
    }
}

} // namespace qpkg::app
