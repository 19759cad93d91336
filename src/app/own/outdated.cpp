// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/outdated.hpp"

#include "app/own/own_builds.hpp"

#include "qpkg/core/interrupt.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

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
        interrupt::throw_if_requested();
        try {
            ages.modules.push_back(age_of(world, module));
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::bug) {
                throw;
            }
            ages.unknown.push_back({module, error});
        }
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
    return ages_of(world, modules);
}

void build_again(World& world, const std::vector<ModuleAge>& outdated, const std::optional<std::string>& passphrase,
                 const std::string& command, const Turns& turns)
{
    std::vector<Outlook> wanted;
    for (const auto& age : outdated) {
        wanted.push_back(look_ahead(world, age.app.text(), age.base));
    }
    build_own(world, wanted, passphrase, command, turns);
}

} // namespace qpkg::app
