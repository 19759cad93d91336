// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "app/use/loss.hpp"
#include "app/use/qubes.hpp"
#include "cli/commands.hpp"
#include "engine/reserve.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <iterator>

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::Collection& found)
{
    using app::DroppedGenerations;
    const auto numbers = [](const DroppedGenerations& dropped) {
        std::vector<std::string> words;
        std::ranges::transform(dropped.numbers, std::back_inserter(words),
                               [](std::uint64_t number) { return std::to_string(number); });
        return list(std::move(words));
    };
    if (!found.dropped.empty()) {
        out.table("dropped", found.dropped, column("qube", "QUBE", &DroppedGenerations::qube),
                  column("generations", "GENERATIONS THAT GO", numbers),
                  column("releases", "NO ROLLBACK TO", &DroppedGenerations::releases));
    }
    out.field("generations", found.generations(), "Older generations");
    out.field("releases", found.releases, "Releases");
    out.field("volumes", found.garbage.volumes.size(), "Volumes");
    out.field("orphans", found.orphans, "Left-over qubes");
}

/// What somebody could miss: generations that gc leaves when nobody says how many, and homes.
bool must_be_asked(const app::CollectRequest& request, const app::Collection& found)
{
    return request.unrecorded || (!found.dropped.empty() && request.keep < app::usually_kept);
}

void collect(Context& context, const app::CollectRequest& request, const app::Collection& shown)
{
    const auto lock = context.lock(Disk::may_be_full);
    auto& world = context.world();
    app::recover(world);
    std::uint64_t freed = 0;
    if (const auto nobody_fetches = context.try_fetch_lock()) {
        freed = world.content.discard_staged();
    }
    const auto found = app::plan_collection(world, request);
    if (found.dropped != shown.dropped) {
        throw Error(Code::conflict, "other generations would go than were shown: the state was changed meanwhile",
                    "see them: qpkg gc --dry-run");
    }
    freed += app::collect_garbage(world, found);
    app::forget_loss(world);
    engine::Reserve(world.root).make();
    Document out("gc");
    out.field("dry_run", false);
    describe(out, found);
    context.show(out.field("freed", freed).done("Done: freed " + qpkg::text::human_size(freed) + '.'));
}

Proposal propose_collection(Context& context, const app::CollectRequest& request)
{
    if (!request.unrecorded) {
        app::require_no_loss(context.world());
    }
    const auto found = app::plan_collection(context.world(), request);
    const auto plan = [found] {
        Document out("gc");
        describe(out, found);
        return out.field("freed", size(found.freed), "Would give back");
    };
    return {plan, [&context, request, found] { collect(context, request, found); },
            must_be_asked(request, found) ? Consent::asked : Consent::implied};
}

} // namespace

Command gc_command(Context& context)
{
    auto request = std::make_shared<app::CollectRequest>();
    return {"gc",
            Section::state,
            {{"--unrecorded", &request->unrecorded,
              "after the database was lost: also what only that knew of, homes of qubes included"},
             {"--in QUBE", &request->in, "only generations of this qube go; repeatable", each_one_word(Names::qubes)},
             {"--keep N", &request->keep, "older generations per qube that stay reachable (3)"}},
            Writes{[&context, request] { return propose_collection(context, *request); }}};
}

} // namespace qpkg::cli
