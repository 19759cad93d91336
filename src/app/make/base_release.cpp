// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/base_release.hpp"

#include "app/make/packed.hpp"
#include "app/scratch.hpp"
#include "build/base_recipe.hpp"
#include "repo-format/guest/erofs_superblock.hpp"
#include "repo-format/repo/canonical_json.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/modes.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t shown_of_commit = 8; ///< hex digits that tell two releases of one distribution apart

/// What came of it: its packages, each by the hash of its file.
std::string base_lock(const MadeBase& made)
{
    auto lock = "qpkg-base-lock 1\nepoch " + std::to_string(made.epoch) + '\n';
    if (made.agent) {
        lock += "agent " + made.agent->hex() + '\n';
    }
    for (const auto& package : made.base.packages) {
        lock +=
            "package " + package.name + ' ' + package.version + ' ' + package.arch + ' ' + package.sha256.hex() + '\n';
    }
    return lock;
}

/// The version of a distribution stays for years: the commit tells its releases apart.
std::string base_version(const MadeBase& made)
{
    const auto version = canonical::to_words(made.version, longest_text / 2);
    return (version.empty() ? "" : version + '+') + made.commit.commit.hex().substr(0, shown_of_commit);
}

Release base_draft(const MadeBase& made, const std::string& recipe, const std::string& lock)
{
    const auto arch = native_arch();
    const auto channel = Channel::require("stable");
    const auto nothing = sha256("");
    const auto& commit = made.commit;
    return {.app = published_id(made.base.id),
            .version = base_version(made),
            .sequence = 0,
            .channel = channel,
            .arch = arch,
            .base = made.base.id,
            .base_level = made.base.level,
            .summary = canonical::to_words(made.distribution, longest_text),
            .tree = {commit.commit, "base/" + made.base.id.text() + '/' + arch.text() + '/' + channel.text(),
                     commit.objects, commit.size, 0},
            .volume = {made.base.volume, made.base.volume_size, std::string(volume_format)},
            .exports = {},
            .needs = {},
            .inputs = {sha256(recipe), sha256(lock), commit.commit, made.epoch, made.agent},
            .details = {nothing, 0, nothing, 0},
            .owners = {nothing, 0, nothing, 0}};
}

} // namespace

AppId published_id(const BaseId& id)
{
    if (auto app = AppId::parse(id.text())) {
        return *std::move(app);
    }
    throw Error(Code::usage, "base " + id.text() + " has no namespace, and nobody could publish it",
                "give it one: --id org.example." + id.text());
}

fs::path lay_down(World& world, const MadeBase& made, const fs::path& out)
{
    const auto recipe = build::encode_base_recipe(
        {.id = made.base.id, .of = made.made_of, .packages = made.packages, .level = made.base.level});
    const auto lock = base_lock(made);
    auto release = base_draft(made, recipe, lock);
    const Scratch result(out, ".qpkg-build-"); // beside its place, so that putting it there is one rename
    NamedProgress named(world.progress, made.base.id.text());
    release.tree.archive_size = world.archive_repository(result.path() / "ostree")
                                    ->add(made.commit.commit, world.root / "objects", release.tree.ref, nullptr, named);
    fault_point("base.exported");
    release.details = write_packed(world, result.path() / packed_details_file, made.details);
    release.owners = write_packed(world, result.path() / packed_owners_file, made.owners);
    files::write(result.path() / "module.toml", recipe, 0644, files::Durability::scratch);
    files::write(result.path() / "module.lock", lock, 0644, files::Durability::scratch);
    files::write(result.path() / "manifest.json", encode_manifest(release), 0644, files::Durability::scratch);
    files::set_mode(result.path(), 0755);
    files::sync_filesystem(result.path());
    auto place = out / release.app.text();
    files::replace_directory(result.path(), place);
    fault_point("base.in-place");
    return place;
}

} // namespace qpkg::app
