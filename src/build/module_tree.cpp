// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_tree.hpp"

#include "build/accounts.hpp"
#include "build/apt_text.hpp"
#include "build/documents.hpp"
#include "build/module_exports.hpp"
#include "build/scan.hpp"
#include "repo-format/exports.hpp"
#include "repo-format/starts.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/text.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file_read = 64 * 1024 * 1024; ///< of dpkg's state, and of desktop entries
constexpr std::array<std::string_view, 6> made_at_run_time{"/dev", "/proc", "/run", "/sys", "/tmp", "/var"};

std::string list_first(const std::vector<std::string>& paths)
{
    constexpr std::size_t shown = 5;
    const std::vector<std::string> first(paths.begin(),
                                         paths.begin() + static_cast<std::ptrdiff_t>(std::min(shown, paths.size())));
    return text::escaped(text::join(first, ", "), 600) +
           (paths.size() > shown ? " and " + std::to_string(paths.size() - shown) + " more" : "");
}

void refuse_removals(const TreePlan& plan)
{
    if (!plan.refused.empty()) {
        throw Error(Code::conflict,
                    "installing removes paths of the base, which a module cannot do: " + list_first(plan.refused),
                    "when they may stay, list them in the recipe: source.may_remove");
    }
}

std::vector<std::string> files_of_package(const Fd& changes, const std::string& name)
{
    auto list = read_in_root(changes, "/var/lib/dpkg/info/" + name + ".list", largest_file_read);
    if (list.empty()) { // packages that several architectures can have at once
        const auto arch = native_arch().text() == "aarch64" ? "arm64" : "amd64";
        list = read_in_root(changes, "/var/lib/dpkg/info/" + name + ':' + arch + ".list", largest_file_read);
    }
    return parse_file_list(list);
}

/// What exports are chosen from, read before the package manager's state is dropped.
ModuleFiles module_files(const Fd& changes, const std::vector<TreeEntry>& entries, const TreePlan& plan,
                         const Recipe& recipe)
{
    ModuleFiles files;
    for (const auto& entry : entries) {
        const bool is_kept = std::ranges::binary_search(plan.keep, entry.path);
        if (!is_kept || entry.kind == EntryKind::directory) {
            continue;
        }
        files.all.insert(entry.path);
        if (entry.kind == EntryKind::symlink && entry.path.find("bin/") != std::string::npos) {
            const auto place = "/proc/self/fd/" + std::to_string(changes.get()) + entry.path;
            files.links.emplace(entry.path, fs::read_symlink(place).string());
        }
    }
    for (const auto& package : recipe.packages) {
        for (auto& path : files_of_package(changes, package)) {
            if (files.all.contains(path)) {
                files.own.insert(std::move(path));
            }
        }
    }
    for (const auto& path : files.all) {
        if (path.starts_with("/usr/share/applications/") && path.ends_with(".desktop")) {
            files.desktop.emplace(path, read_in_root(changes, path, largest_file_read));
        }
    }
    return files;
}

Accounts accounts_in(const Fd& root)
{
    return {read_in_root(root, "/etc/passwd", largest_file_read), read_in_root(root, "/etc/group", largest_file_read)};
}

/// The accounts after an installation that may have changed neither file.
Accounts accounts_after(const Fd& changes, const Accounts& before)
{
    auto after = accounts_in(changes);
    return {after.passwd.empty() ? before.passwd : after.passwd, after.group.empty() ? before.group : after.group};
}

std::string extension_release(const Fd& base)
{
    const auto os_release = read_in_root(base, "/etc/os-release", largest_file_read);
    std::string text;
    for (const auto* key : {"ID", "VERSION_ID"}) {
        if (const auto value = os_release_value(os_release, key); !value.empty()) {
            text += std::string(key) + '=' + value + '\n';
        }
    }
    return text + "ARCHITECTURE=" + (native_arch().text() == "aarch64" ? "arm64" : "x86-64") + '\n';
}

/// Absolute links that lead nowhere in the view.
void find_dangling(const fs::path& tree, const Fd& base, const TreePlan& plan, std::vector<Finding>& findings)
{
    const auto root = files::open(tree, O_PATH | O_DIRECTORY);
    for (const auto& path : plan.keep) {
        const auto place = tree / path.substr(1);
        if (!fs::is_symlink(place)) {
            continue;
        }
        const auto target = fs::read_symlink(place).string();
        const bool is_checked =
            target.starts_with('/') &&
            std::ranges::none_of(made_at_run_time, [&](std::string_view top) { return is_at_or_below(target, top); });
        if (is_checked && !exists_in_root(base, target) && !exists_in_root(root, parse_file_list(target).front())) {
            findings.push_back(
                {"symlink", path,
                 "leads to " + text::escaped(target) + ", which is neither in the module nor in the base"});
        }
    }
}

std::string printable(std::string text)
{
    std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
    return text.substr(0, 400);
}

/// In the order of the exports file, which says nothing of menus.
std::vector<Export> with_menus(std::vector<Export> exports, const std::vector<Export>& chosen)
{
    for (auto& made : exports) {
        const auto same = [&](const Export& other) { return other.kind == made.kind && other.name == made.name; };
        const auto found = std::ranges::find_if(chosen, same);
        made.menu = found == chosen.end() ? std::nullopt : found->menu;
    }
    return exports;
}

} // namespace

ModuleTree make_module_tree(const fs::path& changes, const Fd& base, const Recipe& recipe)
{
    const auto entries = scan_changes(changes, base);
    const auto plan = plan_tree(entries, recipe.may_remove);
    refuse_removals(plan);

    const auto root = files::open(changes, O_PATH | O_DIRECTORY);
    auto exports = plan_exports(recipe, module_files(root, entries, plan, recipe));
    const auto before = accounts_in(base);
    const auto sysusers = sysusers_for(before, accounts_after(root, before));
    const auto status = read_in_root(root, "/var/lib/dpkg/status", largest_file_read);
    ModuleTree tree{.exports = std::move(exports.exports),
                    .summary = recipe.summary.empty()
                                   ? printable(package_field(status, recipe.packages.front(), "Description"))
                                   : recipe.summary,
                    .findings = plan.findings};
    tree.findings.insert(tree.findings.end(), exports.findings.begin(), exports.findings.end());

    settle_tree(changes, plan);
    unpack_documents(changes, base);
    const auto exports_text = encode_exports(recipe.app, tree.exports);
    tree.exports = with_menus(parse_exports(exports_text, recipe.app), tree.exports);
    add_file_to(changes, exports_path(recipe.app), exports_text);
    if (!exports.starts.empty()) {
        add_file_to(changes, starts_path(recipe.app), encode_starts(recipe.app, exports.starts));
    }
    add_file_to(changes, "/usr/lib/extension-release.d/extension-release." + recipe.app.text(),
                extension_release(base));
    if (!sysusers.empty()) {
        add_file_to(changes, "/usr/lib/sysusers.d/" + recipe.app.text() + ".conf", sysusers);
    }
    find_dangling(changes, base, plan, tree.findings);
    std::ranges::sort(tree.findings);
    return tree;
}

} // namespace qpkg::build
