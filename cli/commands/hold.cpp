// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

Proposal hold(Context& context, app::HoldRequest& request)
{
    if (request.apps.empty() != request.base) {
        throw Error(Code::usage, "name either apps, or with --base what the qubes start from",
                    "qpkg " + context.command + " APP --in QUBE, or qpkg " + context.command + " --base --in QUBE");
    }
    request.reason = context.typed;
    auto proposal = propose(
        context, [&] { return app::prepare_hold(context.world(), request); }, "nothing to change.");
    proposal.consent = Consent::given; // nothing is downloaded, started or lost
    if (proposal.carry_out) {
        const auto what = request.base ? std::string("the base") : qpkg::text::join(request.apps, ", ");
        const auto words = (request.held ? "No upgrade of " : "Upgrades again: ") + what +
                           (request.in.all ? " in every qube" : " in " + qpkg::text::join(request.in.names, ", ")) +
                           '.';
        proposal.plan = [plan = proposal.plan, words] { return plan().line(words); };
    }
    return proposal;
}

Command make_hold_command(Context& context, std::string_view name, bool held)
{
    auto request = std::make_shared<app::HoldRequest>();
    request->held = held;
    return {name,
            Section::apps,
            {{"APP", &request->apps, "apps by name or full id", known(Names::apps)},
             {"--base", &request->base, "what the qubes start from, in the place of apps"},
             {"--in QUBE", &request->in.names, "the qube; repeatable", known(Names::qubes)},
             {"--all", &request->in.all, "in every qube"}},
            Writes{[&context, request] { return hold(context, *request); }}};
}

} // namespace

Command hold_command(Context& context) { return make_hold_command(context, "hold", true); }

Command unhold_command(Context& context) { return make_hold_command(context, "unhold", false); }

} // namespace qpkg::cli
