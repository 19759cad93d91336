// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/outdated.hpp"

#include "app/make/base.hpp"
#include "app/own/own_builds.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_base_recipe = 64 * 1024; ///< bytes

template <class Step>
void compare(Ages& ages, const fs::path& what, const Step& step)
{
    interrupt::throw_if_requested();
    try {
        step();
    } catch (const Error& error) {
        if (error.code() == Code::interrupted || error.code() == Code::bug) {
            throw;
        }
        ages.unknown.push_back({what, error});
    }
}

void add_base_ages(World& world, const Snapshot& snapshot, Ages& ages)
{
    for (const auto& qube : snapshot.qubes) {
        const auto* base = snapshot.find_base(qube.base().id);
        const auto file = own_base_recipe(world, qube.base().id);
        const bool is_known = std::ranges::find(ages.bases, qube.base().id, &BaseAge::base) != ages.bases.end();
        if (base == nullptr || base->release || is_known || !fs::exists(file)) {
            continue;
        }
        compare(ages, file, [&] {
            auto recipe = build::parse_base_recipe(files::read(file, largest_base_recipe), file.string());
            ages.bases.push_back({base->id, std::move(recipe), moved_in_base(world, *base)});
        });
    }
}

} // namespace

std::vector<fs::path> own_modules(const World& world)
{
    std::vector<fs::path> modules;
    const auto place = own_place(world).modules;
    if (!fs::is_directory(place)) {
        return modules;
    }
    for (const auto& entry : fs::directory_iterator(place)) {
        if (fs::exists(entry.path() / "module.lock")) { // else a build's scratch
            modules.push_back(entry.path());
        }
    }
    std::ranges::sort(modules);
    return modules;
}

Ages ages_of(World& world, const std::vector<fs::path>& modules)
{
    Ages ages;
    for (const auto& module : modules) {
        compare(ages, module, [&] { ages.modules.push_back(age_of(world, module)); });
    }
    return ages;
}

Ages own_ages(World& world, const UpgradeRequest& request)
{
    const auto snapshot = world.db.snapshot();
    if (request.reach == Reach::offline || !is_publisher(world, snapshot)) {
        return {};
    }
    std::vector<QubeName> qubes;
    if (request.in.names.empty()) {
        std::ranges::transform(snapshot.qubes, std::back_inserter(qubes), &Qube::name);
    } else {
        qubes = chosen_qubes(snapshot, request.in);
    }
    const auto there = apps_in(snapshot, qubes);
    const auto asked = request.apps.empty() ? there : resolve_installed(request.apps, snapshot, qubes);
    auto modules = own_modules(world);
    std::erase_if(modules, [&](const fs::path& module) {
        return std::ranges::find(asked, module.filename().string(), &AppId::text) == asked.end();
    });
    auto ages = ages_of(world, modules);
    if (request.apps.empty()) {
        add_base_ages(world, snapshot, ages);
    }
    return ages;
}

void build_again(World& world, const UpgradeRequest& request, const Ages& outdated,
                 const std::optional<std::string>& passphrase, const std::string& command, const Turns& turns)
{
    auto modules = outdated.modules;
    for (const auto& base : outdated.bases) {
        build_base(world,
                   {.id = base.recipe.of,
                    .mirror = base.recipe.mirror,
                    .keyring = base.recipe.keyring.empty() ? fs::path() : own_place(world).bases / base.recipe.keyring,
                    .packages = base.recipe.packages,
                    .as = base.base.text(),
                    .out = {}},
                   turns.begin);
        turns.end();
        fault_point("own.base");
    }
    if (!outdated.bases.empty()) {
        modules = own_ages(world, request).modules;
        std::erase_if(modules, [](const ModuleAge& age) { return !age.is_outdated(); });
    }
    std::vector<Outlook> wanted;
    for (const auto& age : modules) {
        wanted.push_back(look_ahead(world, age.app.text(), age.base));
    }
    if (!wanted.empty()) {
        build_own(world, wanted, passphrase, command, turns);
    }
}

} // namespace qpkg::app
