// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/code_wished.hpp"
#include "app/use/download.hpp"
#include "app/use/fetching.hpp"
#include "cli/change_view.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

#include <memory>

namespace qpkg::cli {
namespace {

/// The plan in the hands of whoever shows it and of whoever carries it out.
using SharedChange = std::shared_ptr<app::PreparedChange>;

Proposal proposal_of(Context& context, const SharedChange& change, const std::string& nothing,
                     std::function<void()> carry_out)
{
    const auto plan = [&context, change] {
        Document out(context.command);
        describe(out, *change);
        return out;
    };
    if (change->plan.empty()) {
        return nothing_to_do(plan().field("changed", false).done("Done: " + nothing));
    }
    return {plan, std::move(carry_out)};
}

void show(Context& context, const app::PreparedChange& change, const app::ChangeReport& report)
{
    Document result(context.command);
    if (context.options.json) {
        describe(result, change);
    } else {
        describe_left_out(result, change);
    }
    result.field("changed", true);
    describe(result, change, report);
    if (!change.left_out.empty()) {
        context.exit_code = static_cast<int>(Code::partly);
        result.next(std::to_string(change.left_out.size()) + (change.left_out.size() == 1 ? " app was" : " apps were") +
                    " not upgraded, see above.");
    }
    context.show(result);
}

} // namespace

Proposal propose(Context& context, const std::function<app::PreparedChange()>& prepare, const std::string& nothing)
{
    context.finish_interrupted();
    const auto change = std::make_shared<app::PreparedChange>(prepare());
    return proposal_of(context, change, nothing, [&context, change] {
        std::optional<app::ChangeReport> report;
        context.locked([&] { // not before: people take their time
            app::require_still_there(context.world(), *change);
            report = app::apply(context.world(), *change);
        });
        show(context, *change, *report);
    });
}

namespace {

/// Where it is for the sake of what was found damaged, that stays the reason when it cannot be had.
void lay_aside(app::Fetching& fetching, const std::optional<engine::Damaged>& damaged)
{
    try {
        fetching.lay_aside();
    } catch (const Error& error) {
        if (!damaged || error.code() == Code::interrupted || error.code() == Code::no_space) {
            throw;
        }
        throw Error(damaged->code(), std::string(damaged->what()) + " (" + error.what() + ')', damaged->hint());
    }
}

/// Lays aside all that the plan needs, then does `work` under the lock; once more where what is here turns out to be
/// damaged. Returns what was transferred.
ImportReport bring_and(Context& context, app::PreparedChange& change, const std::function<void()>& work)
{
    auto& world = context.world();
    app::Fetching fetching(world, change);
    std::optional<engine::Damaged> damaged;
    for (bool is_done = false; !is_done;) {
        lay_aside(fetching, damaged);
        context.locked([&] { // not before: repositories and people take their time
            app::require_still_there(world, change);
            world.content.adopt_staged();
            try {
                work();
                is_done = true;
            } catch (const engine::Damaged& found) {
                if (damaged) {
                    throw;
                }
                qpkg::log::warning(std::string(found.what()) + "; what it is made of is fetched again");
                app::bring_again(world, change, found);
                damaged = found;
            }
        });
    }
    return fetching.transferred();
}

void bring_and_apply(Context& context, app::PreparedChange& change)
{
    app::require_agreed(change.plan);
    std::optional<app::ChangeReport> report;
    const auto transferred = bring_and(context, change, [&] { report = app::apply(context.world(), change); });
    engine::add(report->prepared.imported, transferred);
    show(context, change, *report);
}

void bring_and_keep(Context& context, app::PreparedChange& change)
{
    engine::Prepared prepared;
    const auto transferred =
        bring_and(context, change, [&] { prepared = app::keep_for_later(context.world(), change); });
    engine::add(prepared.imported, transferred);
    Document out(context.command);
    if (context.options.json) {
        describe(out, change);
    } else {
        describe_left_out(out, change);
    }
    out.field("changed", true).field("fetched_bytes", prepared.imported.fetched_bytes);
    if (!change.left_out.empty()) {
        context.exit_code = static_cast<int>(Code::partly);
    }
    out.done("Done: everything is here, " + qpkg::text::human_size(prepared.imported.fetched_bytes) +
             " were fetched; no qube was changed.");
    out.next("To go on without a network: the same words with qpkg install or qpkg upgrade. qpkg gc removes it again.");
    context.show(out);
}

} // namespace

Proposal propose_bringing(Context& context, const std::function<app::PreparedChange()>& prepare,
                          const std::string& nothing)
{
    context.finish_interrupted();
    const auto fetch_lock = std::make_shared<std::optional<engine::WriterLock>>(context.fetch_lock());
    const auto change = std::make_shared<app::PreparedChange>(prepare());
    return proposal_of(context, change, nothing, [&context, change, fetch_lock] { bring_and_apply(context, *change); });
}

Proposal propose_download(Context& context, const std::function<app::PreparedChange()>& prepare,
                          const std::string& nothing)
{
    context.finish_interrupted();
    const auto fetch_lock = std::make_shared<std::optional<engine::WriterLock>>(context.fetch_lock());
    const auto change = std::make_shared<app::PreparedChange>(prepare());
    const auto plan = [&context, change] {
        Document out(context.command);
        describe(out, *change);
        return out;
    };
    if (change->plan.prepare.empty()) {
        return nothing_to_do(plan().field("changed", false).done("Done: " + nothing));
    }
    return {plan, [&context, change, fetch_lock] { bring_and_keep(context, *change); }};
}

} // namespace qpkg::cli
