// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_tree.hpp"

#include "build/accounts.hpp"
#include "build/documents.hpp"
#include "build/export_room.hpp"
#include "build/left_out.hpp"
#include "build/module_details.hpp"
#include "build/module_exports.hpp"
#include "build/module_files.hpp"
#include "build/os_release.hpp"
#include "build/own_service.hpp"
#include "build/package_files.hpp"
#include "build/replaced_packages.hpp"
#include "build/scan.hpp"
#include "build/whole_places.hpp"
#include "build/whole_tree.hpp"
#include "repo-format/guest/exports.hpp"
#include "repo-format/guest/first_start.hpp"
#include "repo-format/guest/tmpfiles.hpp"
#include "repo-format/repo/canonical_json.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <map>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file_read = 64 * 1024 * 1024; ///< accounts and settings
constexpr std::array<std::string_view, 6> made_at_run_time{"/dev", "/proc", "/run", "/sys", "/tmp", "/var"};

std::string list_first(const std::vector<std::string>& paths)
{
    constexpr std::size_t shown = 5;
    const std::vector<std::string> first(paths.begin(),
                                         paths.begin() + static_cast<std::ptrdiff_t>(std::min(shown, paths.size())));
    return text::escaped(text::join(first, ", "), 600) +
           (paths.size() > shown ? " and " + std::to_string(paths.size() - shown) + " more" : "");
}

void refuse_removals(const TreeChoice& plan)
{
    if (!plan.refused.empty()) {
        throw Error(Code::conflict,
                    "installing removes paths of the base, which a module cannot do: " + list_first(plan.refused),
                    "when they may stay, list them in the recipe: source.may_remove");
    }
}

/// A link or a file where the base has a directory would hide all that is in there, and lead who writes there astray.
void refuse_displacements(const TreeChoice& plan, const PackageFiles& packages)
{
    if (!plan.displaced.empty()) {
        throw Error(Code::conflict,
                    "installing " + packages.suspects(plan.displaced.front()) +
                        " puts something in the place of a directory of the base: " + list_first(plan.displaced),
                    "when the directories may stay, list them in the recipe: source.may_remove");
    }
}

void refuse_secrets(const TreeChoice& plan, const Recipe& recipe)
{
    if (recipe.private_files == PrivateFiles::refuse && !plan.secrets.empty()) {
        throw Error(Code::conflict,
                    "installing makes files for one machine alone, which no module may bring: " +
                        list_first(plan.secrets),
                    "to leave them out: source.private_files = \"drop\"");
    }
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

/// Links that lead nowhere in the view, as far as the view is not made at run time.
void find_dangling(const ForeignTree& tree, const Fd& base, const TreeChoice& plan, std::vector<Finding>& findings)
{
    for (const auto& path : plan.keep) {
        if (const auto info = tree.look(path); !info || !S_ISLNK(info->st_mode)) {
            continue;
        }
        const auto target = link_target(path, tree.read_link(path));
        const bool is_checked =
            is_at_or_below(target, "/var/lib") ||
            std::ranges::none_of(made_at_run_time, [&](std::string_view top) { return is_at_or_below(target, top); });
        if (is_checked && !exists_in_root(base, target) && !exists_in_root(tree.top(), target)) {
            findings.push_back(
                {"symlink", path,
                 "leads to " + text::escaped(target) + ", which is neither in the module nor in the base"});
        }
    }
}

/// What a qube will not make of the module's tmpfiles.d.
void find_refused_tmpfiles(const ForeignTree& tree, const TreeChoice& plan, const std::vector<std::string>& state,
                           std::vector<Finding>& findings)
{
    for (const auto& path : plan.keep) {
        const auto info = path.find("/tmpfiles.d/") == std::string::npos ? std::nullopt : tree.look(path);
        if (!info || !S_ISREG(info->st_mode) || !path.ends_with(".conf")) {
            continue;
        }
        for (const auto& refused : parse_tmpfiles(read_in_root(tree.top(), path, largest_file_read), state).refused) {
            findings.push_back({"tmpfiles", path, refused});
        }
    }
}

/// The accounts that the installation added, for the module's own sysusers.d file.
std::string added_accounts(const ForeignTree& changes, const Fd& base, std::vector<Finding>& findings)
{
    const auto before = accounts_in(base);
    auto added = sysusers_for(before, accounts_after(changes.top(), before));
    for (auto& refused : added.refused) {
        findings.push_back({"account", "/etc/passwd", std::move(refused) + ": no account of a module, left out"});
    }
    return std::move(added.sysusers);
}

/// What a module says of itself, each a path and its text.
std::map<std::string, std::string> own_files(const Recipe& recipe, const std::string& exports,
                                             const std::string& sysusers, const Fd& base)
{
    const auto& app = recipe.app;
    std::map<std::string, std::string> files{{exports_path(app), exports}};
    if (recipe.base.is_none()) {
        return files;
    }
    files.emplace("/usr/lib/extension-release.d/extension-release." + app.text(), extension_release(base));
    if (!sysusers.empty()) {
        files.emplace("/usr/lib/sysusers.d/" + app.text() + ".conf", sysusers);
    }
    if (!recipe.first_start.is_nothing()) {
        files.emplace(first_start_path(app), encode_first_start(app, recipe.first_start));
    }
    return files;
}

/// What each qube has of its own.
std::vector<std::string> left_out_of(const Recipe& recipe)
{
    auto left_out = recipe.leave_out;
    for (const auto& name : recipe.first_start.state) {
        left_out.push_back("/var/lib/" + name);
    }
    return left_out;
}

/// Before the tree is looked at: then it is a unit like those of packages.
void write_own_service(const ForeignTree& changes, const Recipe& recipe, const PackageFiles& packages)
{
    if (recipe.service) {
        const auto path = "/usr/lib/systemd/system/" + own_service_name(recipe.app);
        with_context("the tree that " + packages.suspects(path) + " made",
                     [&] { changes.write(path, own_service_unit(recipe.app, *recipe.service)); });
    }
}

std::string summary_of(const std::string& package, const std::vector<InstalledPackage>& installed)
{
    const auto found = std::ranges::find(installed, package, &InstalledPackage::name);
    return found == installed.end() ? std::string() : canonical::to_words(found->summary, longest_text);
}

/// What somebody must hear who installs it: of commands, and of the app's own helpers. That a library of its closure
/// brings a helper that has lost a right is a finding only, as each limit is; so are the commands of a whole root, such
/// as its `su`.
std::vector<Limit> limits_of_the_app(std::span<const Limit> limits, const ModuleFiles& files, bool is_whole)
{
    std::vector<Limit> told;
    for (const auto& limit : limits) {
        const bool is_command = !is_whole && command_in(limit.path).has_value();
        if (told.size() < most_limits &&
            (is_command || files.own.contains(limit.path) || files.related.contains(limit.path))) {
            told.push_back(limit);
        }
    }
    return told;
}

std::vector<std::string> listed_names(const std::vector<Export>& exports)
{
    std::vector<std::string> names;
    for (const auto& made : exports) {
        if (made.listed) {
            names.push_back(made.name);
        }
    }
    return names;
}

/// In the order of the exports file, which says nothing of menus and of what starts.
std::vector<Export> with_what_is_told(std::vector<Export> exports, const std::vector<Export>& chosen)
{
    for (auto& made : exports) {
        const auto same = [&](const Export& other) { return other.kind == made.kind && other.name == made.name; };
        const auto found = std::ranges::find_if(chosen, same);
        made.menu = found == chosen.end() ? std::nullopt : found->menu;
        made.starts = found != chosen.end() && found->starts;
    }
    return exports;
}

/// What the module says of itself, but for its packages: those are the lock file's.
void describe(ModuleTree& tree, TreeTables tables, std::span<const InstalledPackage> installed,
              std::span<const InstalledPackage> there)
{
    auto relations = base_relations(installed, there);
    tree.details = std::move(tables.details);
    tree.details.needs = std::move(relations.needs);
    tree.details.breaks = std::move(relations.breaks);
    tree.details.fixes = fixes_of(installed);
    tree.owners = encode_owners(tables.owners, licences_of(installed));
    tree.findings.insert(tree.findings.end(), tables.findings.begin(), tables.findings.end());
    tree.installed.assign(installed.begin(), installed.end());
}

/// What a tree is compared with, and by what.
struct Surroundings {
    const Fd& base;
    const ObjectOfBase& object_of_base;
    std::vector<InstalledPackage> there; ///< in the base
    std::vector<std::string_view> own_places;
};

/// The same for an app, for one with its own root, and for an extension, which have other files and say other things of
/// themselves.
class TreeMaker {
public:
    TreeMaker(const fs::path& directory, const Recipe& recipe, std::vector<InstalledPackage> installed,
              Surroundings surroundings)
        : directory_(directory), base_(surroundings.base), recipe_(recipe),
          object_of_base_(surroundings.object_of_base), changes_(directory), installed_(std::move(installed)),
          there_(std::move(surroundings.there)), packages_(files_of(installed_)), is_whole_(recipe.base.is_none())
    {
        refuse_replacements(there_, installed_);
        write_own_service(changes_, recipe, packages_);
        plan_ = plan_tree(scan_changes(changes_, ForeignTree(base_)),
                          {recipe.may_remove, left_out_of(recipe), std::move(surroundings.own_places),
                           is_whole_ ? Extent::whole_root : Extent::added},
                          packages_);
        refuse_displacements(plan_, packages_);
        refuse_removals(plan_);
        refuse_secrets(plan_, recipe);
        files_ = read_module_files(changes_, plan_.keep, recipe, installed_, packages_);
        tree_.summary = recipe.summary.empty() ? summary_of(recipe.packages.front(), installed_) : recipe.summary;
    }

    ModuleTree make_app(const ExportBounds& bounds) &&
    {
        files_.icons_of_base = icons_of(ForeignTree(base_));
        auto exports = plan_exports(recipe_, files_, bounds.unlisted);
        tree_.listed = listed_names(exports.exports);
        exports = fit_exports(recipe_.app, std::move(exports), bounds.room);
        tree_.exports = std::move(exports.exports);
        tree_.limits = limits_of_the_app(plan_.limits, files_, is_whole_);
        tree_.findings = plan_.findings;
        tree_.findings.insert(tree_.findings.end(), exports.findings.begin(), exports.findings.end());
        const auto sysusers = is_whole_ ? std::string() : added_accounts(changes_, base_, tree_.findings);

        settle(installed_);
        const auto exports_text = encode_exports(recipe_.app, tree_.exports);
        tree_.exports = with_what_is_told(parse_exports(exports_text, recipe_.app), tree_.exports);
        write(own_files(recipe_, exports_text, sysusers, base_));
        if (!is_whole_) { // of a system of its own, no qube makes anything by these
            find_refused_tmpfiles(changes_, plan_, recipe_.first_start.state, tree_.findings);
        }
        find_left_out(recipe_, installed_, there_, tree_.findings);
        return finish();
    }

    ModuleTree make_extension(const Extension& extension) &&
    {
        plan_ = for_the_point(std::move(plan_), changes_, files_.own, recipe_.app, extension);
        refuse_loud_types(changes_, ForeignTree(base_), plan_.keep);
        tree_.findings = plan_.findings;
        settle(packages_with(installed_, packages_, plan_.keep));
        write({{exports_path(recipe_.app), encode_exports(recipe_.app, {})}});
        return finish();
    }

private:
    void settle(const std::vector<InstalledPackage>& installed)
    {
        settle_tree(changes_, plan_);
        if (is_whole_) {
            make_places(changes_);
        }
        unpack_documents(directory_, base_);
        describe(tree_, describe_tree(changes_, packages_, object_of_base_), installed, there_);
    }

    void write(const std::map<std::string, std::string>& files) const
    {
        for (const auto& [path, text] : files) {
            with_context("the tree that " + packages_.suspects(path) + " made", [&] { changes_.write(path, text); });
        }
    }

    ModuleTree finish()
    {
        find_dangling(changes_, base_, plan_, tree_.findings);
        std::ranges::sort(tree_.findings);
        return std::move(tree_);
    }

    const fs::path& directory_;
    const Fd& base_;
    const Recipe& recipe_;
    const ObjectOfBase& object_of_base_;
    ForeignTree changes_;
    std::vector<InstalledPackage> installed_;
    std::vector<InstalledPackage> there_;
    PackageFiles packages_;
    bool is_whole_;
    TreeChoice plan_;
    ModuleFiles files_;
    ModuleTree tree_{};
};

} // namespace

ModuleTree make_module_tree(const fs::path& directory, const Fd& base, const Recipe& recipe,
                            const PackageSource& source, const ObjectOfBase& object_of_base, const ExportBounds& bounds,
                            const std::optional<Extension>& extension)
{
    TreeMaker maker(directory, recipe, source.describe(ForeignTree(directory)),
                    {base, object_of_base, source.describe(ForeignTree(base)), source.own_places()});
    return extension ? std::move(maker).make_extension(*extension) : std::move(maker).make_app(bounds);
}

ModuleTree make_whole_tree(const WholeTree& tree, const Recipe& recipe, const ExportBounds& bounds)
{
    refuse_what_is_no_root(ForeignTree(tree.directory));
    const files::TemporaryDirectory nothing(fs::absolute(tree.directory).parent_path(), "nothing-");
    const auto no_base = files::open(nothing.path(), O_PATH | O_DIRECTORY);
    const ObjectOfBase no_object = [](const std::string&) { return std::nullopt; };
    return TreeMaker(tree.directory, recipe, tree.installed, {no_base, no_object, {}, tree.own_places})
        .make_app(bounds);
}

} // namespace qpkg::build
