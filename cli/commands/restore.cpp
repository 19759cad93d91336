// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/doctor.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

std::vector<std::vector<Value>> missing_volumes(const plan::Plan& plan)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& step : plan.prepare) {
        if (const auto* build = std::get_if<plan::BuildVolume>(&step)) {
            const auto& release = build->release.release;
            rows.push_back({text(release.app.text()), text(release.version), text(build->release.repo.text()),
                            shown_as(text(release.volume.root.hex()), release.volume.root.hex().substr(0, 16))});
        } else if (const auto* whole = std::get_if<plan::ComposeVolume>(&step)) {
            const auto root = whole->expected->hex(); // it was made before, or nothing would be missing
            rows.push_back({text("all of " + whole->qube.text()), text("composed"), text(""),
                            shown_as(text(root), root.substr(0, 16))});
        }
    }
    return rows;
}

void restore(Context& context)
{
    const auto lock = context.lock();
    auto change = app::prepare_restore(context.world());
    auto rows = missing_volumes(change.plan);
    const auto count = rows.size();
    Document plan("restore");
    plan.table("volumes",
               {{"app", "APP"}, {"version", "VERSION"}, {"repository", "FROM"}, {"volume", "MISSING VOLUME"}},
               std::move(rows));
    if (count == 0) {
        context.show_unchanged(plan.field("changed", flag(false)).done("Done: every volume is there."));
        return;
    }
    if (!context.confirmed(plan)) {
        return;
    }
    const auto prepared = app::apply_restore(context.world(), change);
    app::recover(context.world());
    auto result = context.options.json ? std::move(plan) : Document("restore");
    context.show(
        result.field("changed", flag(true))
            .field("fetched_objects", number(prepared.imported.fetched_objects))
            .done("Done: " + std::to_string(count) + (count == 1 ? " volume is" : " volumes are") + " there again."));
}

} // namespace

void add_restore(CLI::App& app, Context& context)
{
    add_command(app, context, "restore", "restore", [&context] { restore(context); });
}

} // namespace qpkg::cli
