// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/outlook.hpp"

#include "app/make/sources.hpp"
#include "app/scratch.hpp"
#include "build/extension.hpp"
#include "build/recipe.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>
#include <numeric>

namespace qpkg::app {
namespace {

/// A base whose package manager can be asked.
class Lookout {
public:
    Lookout(World& world, const Base& base)
        : scratch_(world.root / "build"), workshop_(workshop_for(world, base, scratch_.path())),
          root_(world.sandbox.open_root(workshop_.base_image)), row_(require_row(world, base, root_)),
          source_(row_->make())
    {
    }

    const Fd& root() const { return root_; }
    std::string_view word() const { return row_->word; }
    const PackageSource& source() const { return *source_; }
    std::vector<OfferedPackage> look(const PackageWish& wish) const { return source_->look(workshop_, wish); }

private:
    static const PackageSourceRow* require_row(World& world, const Base& base, const Fd& root)
    {
        const auto* row = source_of(world.package_sources, ForeignTree(root));
        if (row == nullptr) {
            throw Error(Code::unsupported, "base " + base.id.text() + " has no package manager that qpkg can use");
        }
        return row;
    }

    Scratch scratch_;
    Workshop workshop_;
    Fd root_;
    const PackageSourceRow* row_;
    std::unique_ptr<PackageSource> source_;
};

/// The name of the package that a person means: the whole id of the app that the source would make of it is one, too.
std::string name_in(const PackageSource& source, const std::string& typed)
{
    const auto app = AppId::parse(typed);
    if (!app) {
        return typed;
    }
    try {
        auto name = short_name(*app);
        if (source.app_of(name) == *app) {
            return name;
        }
    } catch (const Error& error) {
        if (error.code() != Code::usage) {
            throw;
        }
    }
    return typed; // names of packages have dots, too
}

} // namespace

Outlook look_ahead(World& world, const std::string& package, const BaseId& base_id)
{
    const auto base = plan::require_base(world.db.snapshot(), base_id);
    const Lookout lookout(world, base);
    const auto name = name_in(lookout.source(), package);
    auto offered = lookout.look({{name}, Recommended::named});
    const auto download = std::accumulate(offered.begin(), offered.end(), std::uint64_t{0},
                                          [](auto sum, const auto& one) { return sum + one.size; });
    return {lookout.source().app_of(name), base.id, std::string(lookout.word()) + ':' + name, std::move(offered),
            download};
}

std::size_t ModuleAge::security_fixes() const
{
    return static_cast<std::size_t>(std::ranges::count(moved, true, &build::MovedPackage::is_security_fix));
}

ModuleAge age_of(World& world, const std::filesystem::path& module)
{
    const auto recipe_file = module / "module.toml";
    const auto lock_file = module / "module.lock";
    const auto recipe = build::parse_recipe(files::read(recipe_file, build::largest_recipe), recipe_file.string());
    const auto lock = build::parse_lock(files::read(lock_file, build::largest_lock), lock_file.string());
    const auto snapshot = world.db.snapshot();
    const auto base = plan::require_base(snapshot, build::built_over(recipe));
    const Lookout lookout(world, base);
    PackageWish wish{recipe.packages, recipe.recommended};
    std::ranges::copy(build::tools_for(build::extension_of(recipe, snapshot.releases), lookout.root()),
                      std::back_inserter(wish.names));
    return {recipe.app, base.id, module, lock.base_commit != base.commit,
            build::moved_packages(lock, lookout.look(wish))};
}

} // namespace qpkg::app
