// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "app/use/loss.hpp"
#include "app/use/qubes.hpp"
#include "cli/commands.hpp"
#include "engine/reserve.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::CollectReport& report, bool dry_run)
{
    out.field("dry_run", dry_run);
    out.field("generations", report.generations, "Older generations");
    out.field("releases", report.releases, "Releases");
    out.field("volumes", report.volumes, "Volumes");
    out.field("orphans", report.orphans, "Left-over qubes");
    out.field("freed", report.freed);
    out.done(dry_run ? "Dry run: would free " + qpkg::text::human_size(report.freed) + '.'
                     : "Done: freed " + qpkg::text::human_size(report.freed) + '.');
}

void collect(Context& context, app::CollectRequest& request)
{
    request.dry_run = context.options.dry_run;
    const auto lock = context.lock(Disk::may_be_full);
    if (!request.unrecorded) {
        app::require_no_loss(context.world());
    }
    app::recover(context.world());
    std::uint64_t abandoned = 0;
    if (const auto nobody_fetches = context.try_fetch_lock(); nobody_fetches && !request.dry_run) {
        abandoned = context.world().content.discard_staged();
    }
    auto report = app::collect_garbage(context.world(), request);
    report.freed += abandoned;
    Document out("gc");
    describe(out, report, request.dry_run);
    if (!request.dry_run) {
        app::forget_loss(context.world());
    }
    engine::Reserve(context.world().root).make();
    context.show(out);
}

} // namespace

Command gc_command(Context& context)
{
    auto request = std::make_shared<app::CollectRequest>();
    return {"gc",
            Section::state,
            {{"--unrecorded", &request->unrecorded,
              "after the database was lost: also what only that knew of, homes of qubes included"},
             {"--keep N", &request->keep, "older generations per qube that stay reachable (3)"}},
            [&context, request] { collect(context, *request); }};
}

} // namespace qpkg::cli
