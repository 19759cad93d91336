// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/whole_view.hpp"

#include "agent/followed_etc.hpp"
#include "agent/small_files.hpp"
#include "agent/view_fonts.hpp"
#include "repo-format/guest/whole_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <utility>
#include <vector>

namespace qpkg::agent {
namespace {

constexpr const char* own_state = "var/lib"; ///< of the module

fs::path relative(std::string_view place) { return fs::path(place).relative_path(); }

AtPlace at_place(const fs::path& tree, std::string_view place)
{
    fs::path path = tree;
    for (const auto& name : relative(place)) {
        path /= name;
        const auto status = fs::symlink_status(path);
        if (!fs::exists(status)) {
            return AtPlace::nothing;
        }
        if (!fs::is_directory(status)) {
            return AtPlace::other;
        }
    }
    return fs::is_empty(path) ? AtPlace::empty_folder : AtPlace::folder;
}

/// In folders that the module has: one that is made would hide whatever else it has there.
PlannedTree etc_of_qube(const QubePaths& layout, const fs::path& volume)
{
    return links_to_etc(layout, [&](const fs::path& folder) {
        const auto there = at_place(volume, folder.string());
        return there == AtPlace::folder || there == AtPlace::empty_folder;
    });
}

} // namespace

void compose_whole_view(const QubePaths& layout, const AppId& app, const ViewExtensions& extensions)
{
    const auto volume = layout.volume(app);
    if (const auto why = complaint_about_whole_tree([&](std::string_view place) { return at_place(volume, place); })) {
        throw Error(Code::corrupt, "the volume cannot be the root of a view: " + *why);
    }
    auto etc = etc_of_qube(layout, volume);
    if (auto text = fontconfig_text(layout, app, extensions, std::nullopt)) {
        etc[fontconfig_file] = {PlannedFile::Kind::file, *std::move(text)};
    }
    fs::create_directories(layout.whole(app)); // first: who enters meanwhile must not take the view for a private one
    const auto made = layout.view(app) / "made-etc";
    make_tree(made, etc);
    fs::create_directories(layout.view(app) / "etc");
    mounts::mount_overlay(layout.view(app) / "etc", {made, volume / "etc"});
    mounts::bind(volume, layout.whole(app), mounts::Access::read_only);
    fs::create_directories(layout.outside());
}

void enter_whole_view(const QubePaths& layout, const AppId& app)
{
    const auto root = layout.whole(app);
    // All copies first: a copy of /run that holds the new root with all that is mounted in it would double everything.
    std::vector<std::pair<Fd, fs::path>> shown;
    for (const auto place : places_of_qube) {
        if (fs::is_directory(layout.root / relative(place))) {
            shown.emplace_back(mounts::loose_tree(layout.root / relative(place)), root / relative(place));
        }
    }
    shown.emplace_back(mounts::loose_tree(layout.view(app) / "etc"), root / "etc");
    shown.emplace_back(mounts::loose_tree(root / own_state), root / own_state); // in the qube's /var
    mounts::put_mount(mounts::loose_tree(root), root);                          // a mount of this namespace alone
    for (const auto& [tree, place] : shown) {
        mounts::put_mount(tree, place);
    }
    mounts::pivot_into(root, root / layout.outside().relative_path());
}

void leave_whole_view(const QubePaths& layout)
{
    if (mounts::is_mount_point(layout.outside())) {
        mounts::put_mount(mounts::loose_tree(layout.outside()), layout.outside());
        mounts::pivot_into(layout.outside());
    }
}

} // namespace qpkg::agent
