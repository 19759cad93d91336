// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/restore.hpp"

#include "app/use/loss.hpp"
#include "app/use/recovery.hpp"
#include "cli/commands.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/room.hpp"

namespace qpkg::cli {
namespace {

std::vector<std::vector<Value>> missing_volumes(const plan::Plan& plan, const std::vector<plan::BaseVolume>& bases)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& base : bases) {
        rows.push_back({text(base.name), text("base"), text(""),
                        shown_as(text(base.volume.hex()), base.volume.hex().substr(0, 16))});
    }
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

std::string closing(const Context& context, const std::string& done)
{
    return context.exit_code == 0
               ? "Done: " + done + '.'
               : "Failed: " + done + ", but not everything could be told; what would tell it stands above.";
}

Document describe(const app::Recovery& recovery)
{
    Document out("restore");
    out.field("recovered", recovery.told, "Recorded again");
    out.field("untold", recovery.untold, "Not to be told");
    return out;
}

void describe(Document& out, const app::Restoration& repairs)
{
    out.table("volumes", {{"app", "APP"}, {"version", "VERSION"}, {"repository", "FROM"}, {"volume", "MISSING VOLUME"}},
              missing_volumes(repairs.plan(), repairs.bases()));
    const auto shown = [](std::uint64_t count) { return count > 0; };
    out.field("attributes", repairs.attributes(), shown(repairs.attributes()) ? "Files without attribute" : "");
    out.field("damaged_commits", repairs.commits().size(), shown(repairs.commits().size()) ? "Damaged commits" : "");
    out.field("damaged_volumes", repairs.volumes().size(), shown(repairs.volumes().size()) ? "Damaged volumes" : "");
    const auto needed = repairs.needed().bytes;
    out.field("disk_needed", size(needed), shown(needed) ? "At most needed" : "");
}

/// The lock of whoever fetches, for as long as somebody may go on.
using FetchLock = std::shared_ptr<std::optional<engine::WriterLock>>;

void mend(Context& context, app::Restoration& repairs, Document result)
{
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
                     .done(closing(context, "what is recorded is there again and sound")));
}

Proposal propose_repairs(Context& context, const FetchLock& lock)
{
    const auto repairs = std::make_shared<app::Restoration>(context.world());
    Document plan("restore");
    describe(plan, *repairs);
    if (repairs->empty()) {
        return nothing_to_do(plan.field("changed", false).done("Done: everything is there and sound."));
    }
    files::require_room(context.world().root, repairs->needed());
    return {[plan] { return plan; }, [&context, repairs, lock] { mend(context, *repairs, Document("restore")); }};
}

/// What the database lost, and then what it names again.
void recover_and_mend(Context& context, const app::Recovery& recovery)
{
    context.locked([&] { app::recover_database(context.world(), recovery); });
    if (!recovery.complete) {
        context.exit_code = static_cast<int>(Code::partly);
    }
    app::Restoration repairs(context.world());
    auto result = describe(recovery);
    if (!repairs.empty()) {
        files::require_room(context.world().root, repairs.needed());
        mend(context, repairs, std::move(result));
        return;
    }
    describe(result, repairs);
    context.show(result.field("changed", true).done(closing(context, "what could be told is recorded again")));
}

Proposal propose_restoring(Context& context)
{
    const auto damage = context.database_damage();
    if (damage) {
        context.overlook_database();
    }
    const auto lock = std::make_shared<std::optional<engine::WriterLock>>(context.fetch_lock());
    if (!damage && !app::needs_recovery(context.world())) {
        return propose_repairs(context, lock);
    }
    const auto recovery = app::plan_recovery(context.world(), context.reach());
    const auto plan = [recovery, damage] {
        auto out = describe(recovery);
        return out.field("set_aside", damage.value_or(""), "Damaged, and set aside: the database:");
    };
    const auto carry_out = [&context, recovery, damage, lock] {
        if (damage) {
            log::warning("the damaged database is " + context.set_database_aside().string() + " now");
        }
        recover_and_mend(context, recovery);
    };
    return {plan, carry_out, damage || !recovery.changes.empty() ? Consent::asked : Consent::implied};
}

} // namespace

Command restore_command(Context& context)
{
    return {"restore", Section::state, {}, Writes{[&context] { return propose_restoring(context); }}};
}

} // namespace qpkg::cli
