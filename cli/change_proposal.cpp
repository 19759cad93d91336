// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/download.hpp"
#include "cli/bringing.hpp"
#include "cli/change_view.hpp"

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
    return proposal_of(context, change, nothing, [&context, change, fetch_lock] {
        const auto report = bring(context, *change);
        show(context, *change, report);
    });
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
