// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/outdated.hpp"

#include "cli/full/commands.hpp"
#include "cli/full/own_publisher.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

struct MovedRow {
    const app::ModuleAge* module;
    const build::MovedPackage* moved;
};

void describe_packages(Document& out, const std::vector<app::ModuleAge>& modules)
{
    std::vector<MovedRow> rows;
    for (const auto& module : modules) {
        for (const auto& moved : module.moved) {
            rows.push_back({&module, &moved});
        }
    }
    using build::MovedPackage;
    const auto app = [](const MovedRow& row) { return row.module->app; };
    const auto of = [](auto member) { return [member](const MovedRow& row) { return (row.moved->*member); }; };
    const auto security = [](const MovedRow& row) {
        return shown_as(flag(row.moved->is_security_fix), row.moved->is_security_fix ? "security" : "");
    };
    out.table("packages", rows, column("app", "APP", app), column("name", "PACKAGE", of(&MovedPackage::name)),
              column("from", "BUILT WITH", of(&MovedPackage::from)), column("to", "OFFERED", of(&MovedPackage::to)),
              column("security", "FROM", security));
}

Document describe(const app::Ages& ages)
{
    using app::ModuleAge;
    Document out("outdated");
    std::vector<ModuleAge> outdated;
    for (const auto& module : ages.modules) {
        if (module.is_outdated()) {
            outdated.push_back(module);
        }
    }
    const auto unfit = [](const ModuleAge& age) { return age.unfit.value_or(""); };
    out.field("compared", ages.modules.size());
    out.table("modules", outdated, column("app", "OUTDATED", &ModuleAge::app), column("base", "ON", &ModuleAge::base),
              column("unfit", "", unfit), column("security_fixes", "SECURITY FIXES", &ModuleAge::security_fixes),
              column("directory", "", [](const ModuleAge& age) { return age.directory.string(); }),
              column("why", "BECAUSE", [](const ModuleAge& age) { return reason_of(age); }));
    describe_packages(out, outdated);
    using app::UnknownAge;
    out.table("unknown", ages.unknown,
              column("module", "NOT COMPARED", [](const UnknownAge& one) { return one.module.string(); }),
              column("why", "BECAUSE", &UnknownAge::why, &Error::what));
    return out;
}

void show_outdated(Context& context, std::vector<std::filesystem::path> modules)
{
    auto& world = context.world();
    const bool are_own = modules.empty();
    if (are_own) {
        modules = app::own_modules(world);
    }
    const auto ages = app::ages_of(world, modules);
    auto out = describe(ages);
    const auto outdated = std::ranges::count_if(ages.modules, &app::ModuleAge::is_outdated);
    if (!ages.unknown.empty()) {
        context.exit_code = static_cast<int>(Code::partly);
    }
    if (outdated > 0) {
        out.done("Done: " + std::to_string(outdated) + " of " + std::to_string(ages.modules.size()) + " are outdated.");
        out.next(are_own ? "To build them again and install them: qpkg upgrade"
                         : "To build them again: qpkg build RECIPE, then qpkg publish");
        context.show(out);
    } else if (ages.unknown.empty()) {
        context.show_unchanged(out.done(modules.empty() ? "Done: nothing was built here for its own repository."
                                                        : "Done: everything is as its distribution offers it."));
    } else {
        context.show(out.done("Done: " + std::to_string(ages.unknown.size()) + " could not be compared."));
    }
}

} // namespace

Command outdated_command(Context& context)
{
    auto modules = std::make_shared<std::vector<std::filesystem::path>>();
    return {"outdated",
            Section::publishing,
            {{"MODULE", modules.get(),
              "directories that `qpkg build` left; none: what was built here for its own repository"}},
            Reads{[&context, modules] { show_outdated(context, *modules); }}};
}

} // namespace qpkg::cli
