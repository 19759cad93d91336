// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/restore.hpp"

#include "app/use/loss.hpp"
#include "app/use/recovery.hpp"
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

/// What the database lost. True when there is nothing to ask about any more.
bool recover(Context& context, Document& out)
{
    const auto recovery = app::plan_recovery(context.world(), context.reach());
    out.field("recovered", recovery.told, "Recorded again");
    out.field("untold", recovery.untold, "Not to be told");
    if (!recovery.changes.empty()) {
        Document plan("restore");
        plan.field("recovered", recovery.told, "Recorded again");
        plan.field("untold", recovery.untold, "Not to be told");
        if (!context.confirmed(plan)) {
            return false;
        }
    }
    context.locked([&] { app::recover_database(context.world(), recovery); });
    return true;
}

void describe(Document& out, const app::Restoration& repairs)
{
    out.table("volumes", {{"app", "APP"}, {"version", "VERSION"}, {"repository", "FROM"}, {"volume", "MISSING VOLUME"}},
              missing_volumes(repairs.plan()));
    const auto shown = [](std::uint64_t count) { return count > 0; };
    out.field("attributes", repairs.attributes(), shown(repairs.attributes()) ? "Files without attribute" : "");
    out.field("damaged_commits", repairs.commits().size(), shown(repairs.commits().size()) ? "Damaged commits" : "");
    out.field("damaged_volumes", repairs.volumes().size(), shown(repairs.volumes().size()) ? "Damaged volumes" : "");
}

void restore(Context& context)
{
    const auto fetch_lock = context.fetch_lock();
    Document result("restore");
    const bool was_lost = app::find_loss(context.world()).has_value();
    if (was_lost && !recover(context, result)) {
        return;
    }
    app::Restoration repairs(context.world());
    Document plan("restore");
    describe(plan, repairs);
    if (repairs.empty()) {
        describe(result, repairs);
        if (was_lost) {
            context.show(result.field("changed", true).done("Done: what could be told is recorded again."));
        } else {
            context.show_unchanged(result.field("changed", false).done("Done: everything is there and sound."));
        }
        return;
    }
    if (!context.confirmed(plan)) {
        return;
    }
    context.locked([&] { repairs.remove_damage(); });
    repairs.bring();
    engine::Prepared prepared;
    context.locked([&] {
        prepared = repairs.finish();
        app::recover(context.world());
    });
    if (context.options.json) {
        describe(result, repairs);
    }
    context.show(result.field("changed", true)
                     .field("fetched_objects", prepared.imported.fetched_objects)
                     .done("Done: what is recorded is there again and sound."));
}

} // namespace

Command restore_command(Context& context)
{
    return {"restore", Section::state, {}, [&context] { restore(context); }};
}

} // namespace qpkg::cli
