// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/whole_view.hpp"

#include "agent/small_files.hpp"
#include "agent/view_fonts.hpp"
#include "repo-format/guest/whole_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace qpkg::agent {
namespace {

constexpr const char* own_state = "var/lib"; ///< of the module

/// What of the qube's /etc an app needs, whatever root it has.
constexpr std::array files_of_qube = {
    "group",       "hostname",   "hosts",
    "localtime",   "machine-id", "passwd",
    "resolv.conf", "timezone",   "ssl/certs/ca-certificates.crt", ///< with those that its owner added
};
/// What a link of the qube's /etc leads to there leads to the same in the view.
constexpr std::array shared_with_qube = {"/run/", "/proc/"};

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

/// Where the view finds a file of the qube's /etc: itself, or what its link leads to where both have the same. Other
/// links lead on within the kept base.
fs::path place_in_qube(const QubePaths& layout, const fs::path& name)
{
    const auto file = layout.base() / "etc" / name;
    if (!fs::is_symlink(fs::symlink_status(file))) {
        return file;
    }
    const auto target = ((fs::path("/etc") / name).parent_path() / fs::read_symlink(file)).lexically_normal();
    const bool is_shared =
        std::ranges::any_of(shared_with_qube, [&](const char* folder) { return target.string().starts_with(folder); });
    return is_shared ? target : layout.base() / target.relative_path();
}

/// In folders that the module has: one that is made would hide whatever else it has there.
PlannedTree etc_of_qube(const QubePaths& layout, const fs::path& volume)
{
    PlannedTree etc;
    for (const auto* name : files_of_qube) {
        const auto folder = at_place(volume, (fs::path("/etc") / name).parent_path().string());
        const bool has_folder = folder == AtPlace::folder || folder == AtPlace::empty_folder;
        if (has_folder && fs::exists(fs::symlink_status(layout.base() / "etc" / name))) {
            etc[name] = {PlannedFile::Kind::link, place_in_qube(layout, name).string()};
        }
    }
    return etc;
}

} // namespace

void compose_whole_view(const QubePaths& layout, const AppId& app, const ViewExtensions& extensions)
{
    const auto volume = layout.volume(app);
    if (const auto why = complaint_about_whole_tree([&](std::string_view place) { return at_place(volume, place); })) {
        throw Error(Code::corrupt, "the volume cannot be the root of a view: " + *why);
    }
    auto etc = etc_of_qube(layout, volume);
    if (auto text = fontconfig_text(layout, app, extensions, Under::nothing)) {
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
