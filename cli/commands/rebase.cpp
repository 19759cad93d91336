// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/rebase.hpp"

#include "cli/bringing.hpp"
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <memory>

namespace qpkg::cli {
namespace {

struct RebaseFlags {
    app::RebaseRequest request;
    std::optional<std::string> canary;
    std::string check;
};

/// The qube is where it was before; whatever fails now, that is what is recorded.
void bring_back(Context& context, const QubeName& qube, std::uint64_t generation)
{
    context.locked([&] {
        auto back = app::prepare_rollback(context.world(), {.qube = qube.text(), .to = generation});
        app::apply(context.world(), back);
    });
    context.world().runner.stop(qube);
}

/// Moves one qube and sees whether it works. What was moved, and how; nothing where it stands there already.
std::optional<app::ChangeReport> move_first(Context& context, const RebaseFlags& flags)
{
    const auto qube = QubeName::require(*flags.canary);
    auto only = flags.request;
    only.qubes = {};
    only.qubes.names = {qube.text()};
    auto change = app::prepare_rebase(context.world(), only);
    if (change.plan.empty()) {
        return std::nullopt;
    }
    const auto before = plan::require_qube(change.snapshot, qube).current;
    const auto report = bring(context, change);
    const auto check =
        flags.check.empty() ? std::vector<std::string>() : std::vector<std::string>{"sh", "-c", flags.check};
    if (const auto why = app::what_fails(context.world(), qube, check)) {
        bring_back(context, qube, before);
        throw Error(Code::failed, qube.text() + " does not work on " + flags.request.to + ": " + *why,
                    "it is back on its former base, and no other qube was moved");
    }
    return report;
}

void move_all(Context& context, const RebaseFlags& flags, app::PreparedChange& planned)
{
    const auto first = flags.canary ? move_first(context, flags) : std::nullopt;
    std::optional<app::PreparedChange> others; // without the one that moved
    if (first) {
        others.emplace(app::prepare_rebase(context.world(), flags.request));
    }
    auto& rest = others ? *others : planned;
    const auto report = rest.plan.empty() ? first.value() : bring(context, rest);
    Document out(context.command);
    if (context.options.json) {
        describe(out, planned);
    }
    out.field("changed", true);
    describe(out, rest.plan.empty() ? planned : rest, report);
    context.show(out);
}

void require_among(const RebaseFlags& flags, const app::PreparedChange& change)
{
    const auto& bases = change.plan.bases;
    const bool is_among =
        std::ranges::any_of(bases, [&](const plan::BaseEffect& effect) { return effect.qube.text() == *flags.canary; });
    if (!is_among) {
        throw Error(Code::usage, "the first qube, " + *flags.canary + ", is none of those that move",
                    "name one that stands on another base");
    }
}

Proposal propose_rebase(Context& context, RebaseFlags flags)
{
    context.finish_interrupted();
    const auto fetch_lock = std::make_shared<std::optional<engine::WriterLock>>(context.fetch_lock());
    const auto change = std::make_shared<app::PreparedChange>(app::prepare_rebase(context.world(), flags.request));
    const auto plan = [&context, change, flags] {
        Document out(context.command);
        describe(out, *change);
        return out.field("canary", flags.canary.value_or(""), flags.canary ? "First, and stopped for it" : "");
    };
    if (change->plan.empty()) {
        return nothing_to_do(plan().field("changed", false).done("Done: these qubes stand on that base."));
    }
    if (flags.canary) {
        require_among(flags, *change);
    }
    return {plan, [&context, change, flags, fetch_lock] { move_all(context, flags, *change); }};
}

} // namespace

Command rebase_command(Context& context)
{
    auto flags = std::make_shared<RebaseFlags>();
    auto& request = flags->request;
    return {"rebase",
            Section::qubes,
            {{"QUBE", &request.qubes.names, "only these qubes (all)", known(Names::qubes)},
             {"--to BASE", &request.to, "a base that is here, or that a repository offers", required(Names::bases)},
             {"--skip QUBE", &request.qubes.skip, "not this one", known(Names::qubes)},
             {"--canary QUBE", &flags->canary,
              "move this one first; when it does not work it goes back, and none moves", known(Names::qubes)},
             {"--check COMMAND", &flags->check, "what must end well in it besides, as a shell has it"}},
            Writes{[&context, flags] {
                flags->request.reason = context.typed;
                flags->request.reach = context.reach();
                return propose_rebase(context, *flags);
            }}};
}

} // namespace qpkg::cli
