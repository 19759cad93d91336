// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/outlook.hpp"

#include "app/make/sources.hpp"
#include "app/scratch.hpp"
#include "build/extension.hpp"
#include "build/recipe.hpp"
#include "plan/plan.hpp"
#include "workshop/source_of.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>
#include <numeric>

namespace qpkg::app {
namespace {

/// A base whose package manager can be asked.
class Lookout {
public:
    Lookout(World& world, const Base& base)
        : root_(world.sandbox.open_root(world.volumes.path(base.volume))), row_(require_row(world, base, root_)),
          source_(row_->make()), scratch_(world.root / "build"), workshop_(workshop_for(world, base, scratch_.path()))
    {
    }

    const Fd& root() const { return root_; }
    std::string_view word() const { return row_->word; }
    const PackageSource& source() const { return *source_; }
    std::vector<OfferedPackage> look(const PackageWish& wish) const { return source_->look(workshop_, wish); }
    std::vector<FoundPackage> search(const std::vector<std::string>& words) const
    {
        return source_->search(workshop_, words);
    }
    std::vector<OfferedPackage> look_at_base() const { return source_->look_at_base(workshop_); }

private:
    static const PackageSourceRow* require_row(World& world, const Base& base, const Fd& root)
    {
        const auto* row = workshop::source_of(world.package_sources, ForeignTree(root));
        if (row == nullptr) {
            throw Error(Code::unsupported, "base " + base.id.text() + " has no package manager that qpkg can use");
        }
        return row;
    }

    Fd root_;
    const PackageSourceRow* row_;
    std::unique_ptr<PackageSource> source_;
    Scratch scratch_;
    Workshop workshop_;
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

std::vector<FoundApp> packages_with_words(World& world, const std::vector<std::string>& words, const BaseId& base)
{
    const Lookout lookout(world, plan::require_base(world.db.snapshot(), base));
    std::vector<FoundApp> found;
    for (auto& package : lookout.search(words)) {
        const auto app = lookout.source().app_of(package.name);
        found.push_back({app, std::move(package)});
    }
    return found;
}

RecipeOutlook look_at_recipe(World& world, const std::filesystem::path& place)
{
    const auto file = std::filesystem::is_directory(place) ? place / "module.toml" : place;
    auto text = files::read(file, build::largest_recipe);
    const auto recipe = build::parse_recipe(text, file.string());
    const auto snapshot = world.db.snapshot();
    const auto base = plan::require_base(snapshot, build::built_over(recipe));
    const Lookout lookout(world, base);
    const auto extension = build::extension_of(recipe, snapshot.releases);
    if (extension) {
        text = build::with_extension(text, recipe, *extension);
    }
    PackageWish wish{recipe.packages, recipe.recommended};
    std::ranges::copy(build::tools_for(extension, lookout.root()), std::back_inserter(wish.names));
    return {recipe.app, base, std::move(text), lookout.look(wish)};
}

std::vector<build::MovedPackage> moved_in_base(World& world, const Base& base)
{
    std::vector<build::MovedPackage> moved;
    for (const auto& offered : Lookout(world, base).look_at_base()) {
        const auto here = std::ranges::find(base.packages, offered.package.name, &Package::name);
        moved.push_back({offered.package.name, here == base.packages.end() ? "" : here->version,
                         offered.package.version, offered.is_security_fix});
    }
    return moved;
}

} // namespace qpkg::app
