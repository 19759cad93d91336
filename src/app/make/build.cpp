// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/build.hpp"

#include "app/commit_requests.hpp"
#include "app/make/chosen_packages.hpp"
#include "app/make/inputs.hpp"
#include "app/make/packed.hpp"
#include "app/make/sources.hpp"
#include "app/scratch.hpp"
#include "build/base_details.hpp"
#include "build/base_tree.hpp"
#include "build/copied_root.hpp"
#include "build/extension.hpp"
#include "build/font_caches.hpp"
#include "build/icon_caches.hpp"
#include "build/lock.hpp"
#include "build/module_tests.hpp"
#include "build/module_tree.hpp"
#include "build/replaced_packages.hpp"
#include "build/times.hpp"
#include "build/whole_tree.hpp"
#include "plan/plan.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/origin.hpp"
#include "workshop/source_of.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/modes.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t space_to_start = std::uint64_t{512} << 20U; ///< bytes: package lists, small modules
/// Bytes of a manifest for what is not known before the exports: numbers, the summary, and deltas when it is published.
constexpr std::size_t room_for_the_rest = 4096;

struct RecipeFile {
    std::string text;
    build::Recipe recipe;
    bool is_written_here = false; ///< it lists what names the packages ship once that is known
};

/// The text that makes the same module again.
std::string complete_text(const RecipeFile& recipe, const build::ModuleTree& module)
{
    return recipe.is_written_here ? build::with_names(recipe.text, module.listed) : recipe.text;
}

RecipeFile read_recipe(const World& world, const BuildRequest& request)
{
    if (const auto package = named_package(world.package_sources, request.from)) {
        if (request.base.empty()) {
            throw Error(Code::usage, "a build without a recipe needs a base", "add --base debian-12");
        }
        const auto base = BaseId::require(request.base);
        const auto text = build::recipe_for_package(package->of->make()->app_of(package->name), package->name, base);
        return {text, build::parse_recipe(text, "module.toml"), true};
    }
    auto path = fs::path(request.from);
    if (fs::is_directory(path)) {
        path /= "module.toml";
    }
    auto text = files::read(path, build::largest_recipe);
    auto recipe = build::parse_recipe(text, path.string());
    if (!request.base.empty() && request.base != recipe.base.text()) {
        throw Error(Code::conflict, path.string() + " is a recipe for base " + recipe.base.text() + ", not for " +
                                        text::escaped(request.base));
    }
    return {std::move(text), std::move(recipe)};
}

std::unique_ptr<PackageSource> require_source(const World& world, const BuildRequest& request, const Base& base,
                                              const Fd& root)
{
    const auto* source = workshop::source_of(world.package_sources, ForeignTree(root));
    if (source == nullptr) {
        throw Error(Code::unsupported, "base " + base.id.text() + " has no package manager that qpkg can use");
    }
    if (const auto package = named_package(world.package_sources, request.from); package && package->of != source) {
        throw Error(Code::usage, "base " + base.id.text() + " takes packages of " + std::string(source->word) +
                                     ", not of " + std::string(package->of->word));
    }
    return source->make();
}

/// What the base gives tells what a module takes of it. Nothing of a base that says nothing of itself.
std::optional<Details> details_of(const World& world, const Base& base)
{
    return with_context("base " + base.id.text(), [&] {
        return base.details ? std::optional(parse_details(world.content.read_details(*base.details))) : std::nullopt;
    });
}

std::string version_of(const build::Recipe& recipe, const build::Lock& lock)
{
    if (recipe.version) {
        return *recipe.version;
    }
    const auto first = std::ranges::find_if(
        lock.packages, [&](const LockedPackage& locked) { return locked.package.name == recipe.packages.front(); });
    if (first == lock.packages.end()) {
        throw Error(Code::conflict, "the lock file has no package " + recipe.packages.front());
    }
    return first->package.version;
}

/// What is known before the tree is made.
Release draft_of(const RecipeFile& recipe, const build::Lock& lock, const Base& base,
                 const std::optional<build::Extension>& extension)
{
    const auto& app = recipe.recipe.app;
    const auto arch = native_arch();
    const auto channel = Channel::require("stable");
    const auto nothing = sha256("");
    return {.app = app,
            .version = version_of(recipe.recipe, lock),
            .sequence = 0,
            .channel = channel,
            .arch = arch,
            .base = recipe.recipe.base.is_none() ? BaseOrNone::none() : lock.base,
            .base_level = recipe.recipe.base.is_none() ? 0 : base.level,
            .summary = "",
            .tree = {CommitId(nothing), "app/" + app.text() + '/' + arch.text() + '/' + channel.text(), 0, 0, 0},
            .volume = {VolumeId(nothing), 0, ""},
            .exports = {},
            .needs = recipe.recipe.needs,
            .inputs = {nothing, sha256(build::encode_lock(lock)), lock.base_commit, lock.epoch},
            .details = {nothing, 0, nothing, 0},
            .owners = {nothing, 0, nothing, 0},
            .extends = extension ? std::optional(extension->extends) : std::nullopt,
            .points = build::points_of(recipe.recipe, version_of(recipe.recipe, lock)),
            .first_start = recipe.recipe.first_start};
}

ModuleIdentity module_identity(const Release& draft)
{
    return {.app = draft.app,
            .version = draft.version,
            .arch = draft.arch,
            .base = draft.base,
            .ref = draft.tree.ref,
            .epoch = draft.inputs.source_date_epoch};
}

/// A build between its installation and its commit.
struct Built {
    Workshop workshop;
    const PackageSource& source;
    const build::Lock& lock;
    Fd base; ///< the root that the tree lies over; a whole root lies over nothing, so it is its own
    fs::path tree;
};

/// The tree that is to be the module: what packages added to the base, or both as one root.
Built install(const World& world, const Workshop& workshop, const PackageSource& source, const build::Recipe& recipe,
              const build::Lock& lock)
{
    auto tree = source.install(workshop, lock.packages, lock.epoch);
    if (!recipe.base.is_none()) {
        return {workshop, source, lock, world.sandbox.open_root(workshop.base_image), std::move(tree)};
    }
    tree = build::copy_root(workshop, tree, world.guest_files);
    auto root = files::open(tree, O_PATH | O_DIRECTORY);
    return {workshop, source, lock, std::move(root), std::move(tree)};
}

build::ModuleTree make_tree(const World& world, const Base& base, const Built& built, const RecipeFile& recipe,
                            std::size_t room, const std::optional<build::Extension>& extension)
{
    const build::ExportBounds bounds{
        recipe.is_written_here ? build::UnlistedNames::listed : build::UnlistedNames::left_out, room};
    if (recipe.recipe.base.is_none()) {
        return build::make_whole_tree(
            {built.tree, built.source.describe(ForeignTree(built.tree)), built.source.own_places()}, recipe.recipe,
            bounds);
    }
    const auto base_files = world.content.open_commit(base.commit);
    return build::make_module_tree(built.tree, built.base, recipe.recipe, built.source,
                                   build::objects_in(base_files->tree()), bounds, extension);
}

/// What the module is made of: with a base's root, of the base's packages too, but for those that were replaced.
std::vector<Package> packages_of(const build::Lock& lock, const Base& base, const build::Recipe& recipe,
                                 std::vector<build::Finding>& findings)
{
    std::vector<Package> packages;
    std::ranges::transform(lock.packages, std::back_inserter(packages), &LockedPackage::package);
    if (!recipe.base.is_none()) {
        return packages;
    }
    if (base.packages.empty()) {
        findings.push_back({"packages", "", base.id.text() + " was imported: which packages it has is not known"});
        std::ranges::sort(findings);
    }
    for (const auto& package : base.packages) {
        const auto is_same = [&](const LockedPackage& locked) { return locked.package.name == package.name; };
        if (std::ranges::none_of(lock.packages, is_same)) {
            packages.push_back(package);
        }
    }
    return packages;
}

/// The volume of the tree as it is now.
fs::path volume_of(World& world, const Built& built, const ModuleIdentity& module)
{
    const auto& scratch = built.workshop.scratch;
    const auto content = world.open_content(scratch / "content");
    const auto volumes = world.open_volumes(*content, scratch / "volumes");
    const VolumePart part{content->commit_tree(module_commit(built.tree, module), world.progress).commit, ""};
    return volumes->path(volumes->build({&part, 1}, std::nullopt, world.progress).volume.root);
}

/// Everything once more, aside: of the tree itself only the fonts are left.
fs::path install_aside(const Built& built)
{
    auto aside = built.workshop;
    aside.scratch /= "aside";
    ForeignTree(built.workshop.scratch).make_directories("aside");
    return built.source.install(aside, built.lock.packages, built.lock.epoch);
}

/// What goes by the times of directories is made over the volume, which alone has them.
void add_caches(World& world, Built& built, const ModuleIdentity& module,
                const std::optional<build::Extension>& extension)
{
    if (module.base.is_none()) { // from here on what runs in the workshop runs in the view
        built.workshop.base_image = volume_of(world, built, module);
    }
    if (build::has_fonts(extension)) {
        const auto volume = volume_of(world, built, module);
        const bool is_in_base = build::tools_for(extension, built.base).empty();
        const auto programs = is_in_base ? std::nullopt : std::optional(install_aside(built));
        build::add_entry_caches(built.workshop, volume, programs, module.app, built.tree, module.epoch);
    } else if (!extension && build::wants_font_caches(built.tree, built.base)) {
        build::add_font_caches(built.workshop, volume_of(world, built, module), built.tree, module.epoch);
    }
}

/// Bytes of the manifest.
std::size_t room_for_exports(const Release& draft)
{
    const auto used = encode_manifest(draft).size() + room_for_the_rest;
    return largest_manifest - std::min(largest_manifest, used);
}

/// Commits the finished tree, measures its volume, and fills the result directory. `release` is the draft.
Release pack(World& world, const Built& built, const RecipeFile& recipe, std::vector<Package> packages,
             build::ModuleTree module, Release release, const fs::path& result)
{
    const auto& [workshop, source, lock, base, tree] = built;
    const auto& scratch = workshop.scratch;
    const auto content = world.open_content(scratch / "content");
    const auto commit = content->commit_tree(module_commit(tree, module_identity(release)), world.progress);
    fault_point("build.committed");
    const VolumePart part{commit.commit, ""};
    release.volume = world.open_volumes(*content, scratch / "volumes")->measure({&part, 1});
    NamedProgress named(world.progress, release.app.text());
    const auto archive_size = world.archive_repository(result / "ostree")
                                  ->add(commit.commit, scratch / "content", release.tree.ref, nullptr, named);
    fault_point("build.exported");

    release.tree = {commit.commit, release.tree.ref, commit.objects, commit.size, archive_size};
    release.summary = std::move(module.summary);
    release.exports = std::move(module.exports);
    release.limits = std::move(module.limits);
    release.inputs.recipe = sha256(recipe.text);
    if (release.extends) { // what was installed for its build alone is no part of it
        std::erase_if(packages, [&](const Package& package) {
            return std::ranges::find(module.installed, package.name, &InstalledPackage::name) == module.installed.end();
        });
    }
    if (release.extends && !is_of_qube(release.extends->point)) { // two for one view must not have one path
        module.details.files = build::files_in(content->open_commit(commit.commit)->tree());
    }
    module.details.packages = build::built_packages(packages, module.installed);
    release.details = write_packed(world, result / packed_details_file, encode_details(module.details));
    release.owners = write_packed(world, result / packed_owners_file, module.owners);
    files::write(result / "module.toml", recipe.text, 0644, files::Durability::scratch);
    files::write(result / "module.lock", build::encode_lock(lock), 0644, files::Durability::scratch);
    files::write(result / "manifest.json", encode_manifest(release), 0644, files::Durability::scratch);
    return release;
}

} // namespace

BuildPlan plan_build(World& world, const BuildRequest& request)
{
    const auto recipe = read_recipe(world, request).recipe;
    const auto base = plan::require_base(world.db.snapshot(), build::built_over(recipe));
    if (!request.lock.empty()) {
        require_lock(request, base);
    }
    const auto place = request.out / recipe.app.text();
    return {recipe.app, recipe.base, recipe.root, recipe.packages, place, fs::exists(place)};
}

BuildReport build_module(World& world, const BuildRequest& request)
{
    auto recipe = read_recipe(world, request);
    const auto snapshot = world.db.snapshot();
    const auto base = plan::require_base(snapshot, build::built_over(recipe.recipe));
    const auto base_details = details_of(world, base);
    const auto extension = build::extension_of(recipe.recipe, snapshot.releases);
    if (extension) {
        recipe.text = build::with_extension(recipe.text, recipe.recipe, *extension);
    }
    const Scratch scratch(world.root / "build");
    files::require_room(scratch.path(), {space_to_start});
    const auto workshop = workshop_for(world, base, scratch.path());
    const auto base_root = world.sandbox.open_root(workshop.base_image);
    const auto source = require_source(world, request, base, base_root);
    const auto lock =
        choose_packages(*source, workshop, request, recipe.recipe, base, build::tools_for(extension, base_root));
    const auto draft = draft_of(recipe, lock, base, extension);
    require_room_for(scratch.path(), recipe.recipe, lock, base);
    if (!recipe.recipe.base.is_none()) { // else the new ones take the place of the old ones
        build::refuse_replacements(source->describe(ForeignTree(base_root)), lock.packages);
    }
    const auto origin = request.inputs.empty() || !request.lock.empty()
                            ? std::string()
                            : keep_inputs(world, *source, workshop, lock, kept_lists(workshop), {request.inputs});
    fault_point("build.downloaded");

    const auto began = build::file_clock();
    auto built = install(world, workshop, *source, recipe.recipe, lock);
    fault_point("build.installed");
    auto module = make_tree(world, base, built, recipe, room_for_exports(draft), extension);
    if (base_details && !recipe.recipe.base.is_none()) {
        build::tell_lacked(module.details, *base_details);
    }
    build::settle_times(ForeignTree(built.tree), began, lock.epoch);
    build::add_icon_caches(ForeignTree(built.tree), extension, lock.epoch);
    add_caches(world, built, module_identity(draft), extension);
    recipe.text = complete_text(recipe, module);
    build::run_tests(built.workshop, built.tree, recipe.recipe.tests);

    auto findings = module.findings;
    auto packages = packages_of(lock, base, recipe.recipe, findings);
    const auto count = packages.size();
    const Scratch result(request.out, ".qpkg-build-"); // beside its place, so that putting it there is one rename
    auto release = pack(world, built, recipe, std::move(packages), std::move(module), draft, result.path());
    if (!origin.empty()) {
        files::write(result.path() / origin_file, origin, 0644, files::Durability::scratch);
    }
    const auto place = request.out / recipe.recipe.app.text();
    files::set_mode(result.path(), 0755);
    files::sync_filesystem(result.path());
    files::replace_directory(result.path(), place);
    fault_point("build.in-place");
    return {std::move(release), place, std::move(findings), recipe.recipe.tests.size(), count};
}

} // namespace qpkg::app
