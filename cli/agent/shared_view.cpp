// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/shared_view.hpp"

#include "cli/agent/child.hpp"
#include "cli/agent/small_files.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/mounts.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

constexpr std::array<const char*, 2> shared_trees = {"usr", "opt"};
constexpr std::size_t largest_stamp = 1024 * 1024;
constexpr const char* library_cache = "etc/ld.so.cache";

/// Whose path it is, for the message.
std::string owner_of(const Layout& layout, const fs::path& path, const std::vector<AppId>& others)
{
    for (const auto& other : others) {
        if (fs::exists(fs::symlink_status(layout.volume(other) / path))) {
            return other.text();
        }
    }
    return "the base";
}

void unmount_shared_view(const Layout& layout)
{
    for (const auto* tree : shared_trees) {
        if (fs::exists(layout.shared() / "mounted" / tree)) {
            mounts::unmount(layout.root / tree);
            fs::remove(layout.shared() / "mounted" / tree);
        }
    }
    if (fs::exists(layout.shared() / "mounted/ld.so.cache")) {
        mounts::unmount(layout.root / library_cache);
        fs::remove(layout.shared() / "mounted/ld.so.cache");
    }
    fs::remove(layout.shared() / "mounted");
}

void note_mount(const Layout& layout, const fs::path& name) { write_file(layout.shared() / "mounted" / name, ""); }

void mount_tree(const Layout& layout, const fs::path& tree, const std::vector<AppId>& apps)
{
    std::vector<fs::path> layers;
    for (const auto& app : apps) {
        if (fs::is_directory(fs::symlink_status(layout.volume(app) / tree))) {
            layers.push_back(layout.volume(app) / tree);
        }
    }
    if (layers.empty()) {
        return;
    }
    layers.push_back(layout.base() / tree);
    mounts::mount_overlay(layout.root / tree, layers);
    note_mount(layout, tree);
    for (const auto& point : mounts::mount_points_below(layout.base() / tree)) {
        const auto place = layout.root / point.lexically_relative(layout.base());
        if (point != layout.base() / tree && fs::exists(place)) {
            mounts::bind(point, place);
        }
    }
}

/// Programs of the shared view find the shared modules' libraries through it; private views keep the base's.
void make_library_cache(const Layout& layout)
{
    const auto place = layout.root / library_cache;
    const auto cache = layout.shared() / "ld.so.cache";
    if (!fs::is_regular_file(fs::symlink_status(place))) {
        return;
    }
    const auto made = run_child({(layout.root / "usr/sbin/ldconfig").string(), "-C", cache.string()}, 0);
    if (made && made->status == 0) {
        mounts::bind(cache, place, mounts::Access::read_only);
        note_mount(layout, "ld.so.cache");
    }
}

} // namespace

std::optional<fs::path> shadowed_path(const fs::path& addition, const std::vector<fs::path>& below)
{
    for (fs::recursive_directory_iterator entry(addition), end; entry != end; ++entry) {
        const auto relative = entry->path().lexically_relative(addition);
        const bool is_directory = fs::is_directory(entry->symlink_status());
        bool goes_on = false;
        for (const auto& tree : below) {
            const auto other = fs::symlink_status(tree / relative);
            if (fs::exists(other) && !(is_directory && fs::is_directory(other))) {
                return relative;
            }
            goes_on = goes_on || fs::exists(other);
        }
        if (is_directory && !goes_on) {
            entry.disable_recursion_pending(); // nobody else has this folder
        }
    }
    return std::nullopt;
}

void check_only_adds(const Layout& layout, const AppId& app, const std::vector<AppId>& others)
{
    const auto volume = layout.volume(app);
    for (const auto& name : names_in(volume)) {
        if (std::ranges::find(shared_trees, name) == shared_trees.end()) {
            throw Error(Code::conflict, "a shared module may bring /usr and /opt only, this one brings /" + name);
        }
        std::vector<fs::path> below{layout.base() / name};
        for (const auto& other : others) {
            below.push_back(layout.volume(other) / name);
        }
        if (!fs::is_directory(fs::symlink_status(below.front()))) {
            throw Error(Code::conflict, "the base has no /" + name + " to show the module's in");
        }
        if (const auto path = shadowed_path(volume / name, below)) {
            const auto whole = fs::path(name) / *path;
            throw Error(Code::conflict, "a shared module may only add: /" + whole.string() + " is also in " +
                                            owner_of(layout, whole, others));
        }
    }
}

void show_shared_view(const Layout& layout, const std::vector<AppId>& apps, const std::vector<std::string>& stamps)
{
    std::string stamp;
    for (const auto& line : stamps) {
        stamp += line + '\n';
    }
    const auto stamp_file = layout.shared() / "stamps";
    const auto shown = fs::exists(stamp_file) ? read_file(stamp_file, largest_stamp) : std::string();
    const bool is_mounted = fs::exists(layout.shared() / "mounted");
    if (shown == stamp && is_mounted == !stamp.empty()) {
        return;
    }
    fs::remove(stamp_file); // until the new view is whole, no stamp is true
    unmount_shared_view(layout);
    if (apps.empty()) {
        return;
    }
    fs::create_directories(layout.shared() / "mounted");
    for (const auto* tree : shared_trees) {
        mount_tree(layout, tree, apps);
    }
    make_library_cache(layout);
    write_file(stamp_file, stamp);
}

} // namespace qpkg::agent
