// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/view.hpp"

#include "agent/followed_etc.hpp"
#include "agent/small_files.hpp"
#include "agent/view_accounts.hpp"
#include "agent/view_fonts.hpp"
#include "repo-format/guest/font_caches.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/removal.hpp"

#include <system_error>

namespace qpkg::agent {
namespace {

constexpr const char* locales_folder = "lib/locale"; ///< of glibc, in /usr

/// What no module may bring at its top level is not shown, so it must not be there unnoticed.
void check_top_level(const fs::path& volume)
{
    for (const auto& name : names_in(volume)) {
        if (name != "usr" && name != "opt" && name != "etc" && name != "var") {
            throw Error(Code::corrupt, "the volume holds /" + name + ", which no view shows");
        }
    }
}

/// What a base has beside the trees of views would be the running one's, and no program starts with two halves of libc.
void check_merged(const fs::path& base)
{
    for (const auto* name : {"bin", "lib", "lib64", "sbin"}) {
        if (fs::is_directory(fs::symlink_status(base / name))) {
            throw Error(Code::unsupported,
                        "the older base of its view has a /" + std::string(name) + " that is no link into /usr");
        }
    }
}

bool has_directory(const fs::path& path)
{
    const auto status = fs::symlink_status(path);
    if (fs::exists(status) && !fs::is_directory(status)) {
        throw Error(Code::corrupt, path.string() + " is not a directory");
    }
    return fs::is_directory(status);
}

/// What the agent puts over base and module, as an /etc layer; nothing when that is nothing.
std::optional<fs::path> made_etc(const QubePaths& layout, const AppId& app, const fs::path& base,
                                 const ViewExtensions& extensions)
{
    auto etc = base == layout.base() ? followed_etc(layout, app) : etc_over_older_base(layout, app, base);
    if (const auto accounts = accounts_of_view(layout, app)) {
        etc["passwd"] = {PlannedFile::Kind::file, accounts->passwd};
        etc["group"] = {PlannedFile::Kind::file, accounts->group};
    }
    if (auto text = fontconfig_text(layout, app, extensions, base)) {
        etc[fontconfig_file] = {PlannedFile::Kind::file, *std::move(text)};
    }
    if (etc.empty()) {
        return std::nullopt;
    }
    auto made = layout.view(app) / "made-etc";
    make_tree(made, etc);
    return made;
}

/// Empty folders that state is shown at, as a layer; nothing when there is none.
std::optional<fs::path> made_state(const QubePaths& layout, const AppId& app, const std::vector<std::string>& state)
{
    const auto made = layout.view(app) / "made-var-lib";
    for (const auto& name : state) {
        fs::create_directories(made / name);
    }
    return state.empty() ? std::nullopt : std::optional(made);
}

/// An empty folder for locales, as the lowest layer; nothing where no extension has any.
std::optional<fs::path> made_usr(const QubePaths& layout, const AppId& app, const ViewExtensions& extensions)
{
    const auto made = layout.view(app) / "made-usr";
    if (extensions.locales.empty()) {
        return std::nullopt;
    }
    fs::create_directories(made / locales_folder);
    return made;
}

/// Shows in the view what is mounted inside the base's tree, where the view has the same place and nothing of its own:
/// tables of accounts may be mounted there (own_tables.hpp), and the view's are made of them.
void carry_mounts(const fs::path& base_tree, const fs::path& view_tree, const std::optional<fs::path>& made)
{
    for (const auto& point : mounts::mount_points_below(base_tree)) {
        if (point == base_tree) {
            continue;
        }
        const auto name = point.lexically_relative(base_tree);
        const auto place = view_tree / name;
        if (made && fs::is_regular_file(fs::symlink_status(*made / name))) {
            continue;
        }
        if (fs::is_directory(point) ? fs::is_directory(place) : fs::is_regular_file(fs::symlink_status(place))) {
            mounts::bind(point, place);
        }
    }
}

/// What lies over the base's tree, topmost first: what the agent made, and what the module has.
std::vector<fs::path> layers_above(const QubePaths& layout, const AppId& app, const fs::path& tree,
                                   const std::optional<fs::path>& made)
{
    std::vector<fs::path> layers;
    if (made) {
        layers.push_back(*made);
    }
    if (has_directory(layout.volume(app) / tree)) {
        layers.push_back(layout.volume(app) / tree);
    }
    return layers;
}

/// What lies below it: it takes no path from app or base.
std::vector<fs::path> layers_below(const QubePaths& layout, const fs::path& tree, const ViewExtensions& extensions)
{
    std::vector<fs::path> layers;
    for (const auto& extension : extensions.layers) {
        if (tree == "usr" && has_directory(layout.volume(extension) / tree)) {
            layers.push_back(layout.volume(extension) / tree);
        }
    }
    return layers;
}

/// Locales of extensions, below those of app and base.
void add_locales(const QubePaths& layout, const AppId& app, const fs::path& base, const ViewExtensions& extensions)
{
    std::vector<fs::path> layers;
    const auto add = [&](const fs::path& tree) {
        if (const auto folder = folder_within(tree, fs::path("usr") / locales_folder)) {
            layers.push_back(*folder);
        }
    };
    add(layout.volume(app));
    add(base);
    for (const auto* those : {&extensions.layers, &extensions.locales}) {
        for (const auto& extension : *those) {
            add(layout.volume(extension));
        }
    }
    if (!extensions.locales.empty() && !layers.empty()) {
        mounts::mount_overlay(layout.view(app) / "usr" / locales_folder, layers);
    }
}

void compose_tree(const QubePaths& layout, const AppId& app, const fs::path& view_base, const fs::path& tree,
                  const ViewExtensions& extensions, const std::vector<std::string>& state)
{
    const auto base = view_base / tree;
    const auto target = layout.view(app) / tree;
    const auto made = tree == "etc"       ? made_etc(layout, app, view_base, extensions)
                      : tree == "var/lib" ? made_state(layout, app, state)
                                          : std::nullopt;
    auto layers = layers_above(layout, app, tree, made);
    auto below = layers_below(layout, tree, extensions);
    if (const auto lowest = tree == "usr" ? made_usr(layout, app, extensions) : std::nullopt) {
        below.push_back(*lowest);
    }
    if (!has_directory(base)) {
        if (!layers.empty()) {
            throw Error(Code::conflict, "the base has no /" + tree.string() + " to show the app's in");
        }
        return;
    }
    fs::create_directories(target);
    if (layers.empty() && below.empty()) {
        mounts::bind(base, target, mounts::Access::read_only);
        if (view_base != layout.base()) {
            carry_mounts(layout.base() / tree, target, made);
        }
        return;
    }
    layers.push_back(base);
    layers.insert(layers.end(), below.begin(), below.end());
    mounts::mount_overlay(target, layers);
    carry_mounts(layout.base() / tree, target, made); // of the qube, whatever lies below the module
}

} // namespace

void keep_base(const QubePaths& layout)
{
    for (const auto* tree : view_trees) {
        const auto own = layout.root / tree;
        const auto kept = layout.base() / tree;
        if (!fs::is_directory(fs::symlink_status(own)) || mounts::is_mount_point(kept)) {
            continue;
        }
        fs::create_directories(kept);
        mounts::bind(own, kept);
        mounts::make_private(kept); // what is mounted on the original later must not cover it
    }
    const auto run = layout.base() / "run";
    if (fs::is_directory(layout.base()) && !fs::exists(fs::symlink_status(run))) {
        fs::create_symlink("/run", run); // where links of /etc lead to, relative ones
    }
}

void compose_private_view(const QubePaths& layout, const AppId& app, const fs::path& base,
                          const ViewExtensions& extensions, const std::vector<std::string>& state)
{
    check_top_level(layout.volume(app));
    if (base != layout.base()) {
        check_merged(base);
    }
    for (const auto* tree : view_trees) {
        compose_tree(layout, app, base, tree, extensions, state);
    }
    add_locales(layout, app, base, extensions);
    follow_certificates(layout, app);
}

void write_commands(const QubePaths& layout, const AppId& app, const std::vector<Export>& exports)
{
    PlannedTree links;
    for (const auto& made : exports) {
        if (made.kind == ExportKind::command) {
            links[made.name] = {PlannedFile::Kind::link, made.path};
        }
    }
    make_tree(layout.view(app) / "commands", links);
}

void remove_view(const QubePaths& layout, const AppId& app)
{
    const auto view = layout.view(app);
    fs::remove(view / "announced");
    for (const auto* tree : view_trees) {
        mounts::unmount(view / tree);
        fs::remove(view / tree); // not recursive: what is still mounted must not be emptied
    }
    fs::remove(view / "var");
    mounts::unmount(layout.whole(app));
    fs::remove(layout.whole(app));
    files::remove_tree(view / "made-etc");
    files::remove_tree(view / "made-usr");
    files::remove_tree(view / "made-var-lib");
    files::remove_tree(view / "commands");
    fs::remove(view);
}

} // namespace qpkg::agent
