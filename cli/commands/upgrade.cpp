// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/release_options.hpp"
#include "cli/role.hpp"
#include "cli/upgrading.hpp"

namespace qpkg::cli {

Proposal propose_upgrade(Context& context, const app::UpgradeRequest& request)
{
    keep_own_fresh(context);
    const auto bring = [&context, request] {
        return propose_bringing(
            context, [&] { return app::prepare_upgrade(context.world(), request); },
            request.only_security ? "no security fix is waiting." : "everything is up to date.");
    };
    auto rebuilding = propose_rebuilding(context, request, bring);
    auto proposal = rebuilding ? *std::move(rebuilding) : bring();
    if (proposal.carry_out) {
        proposal.carry_out = [&context, upgrade = std::move(proposal.carry_out)] {
            upgrade();
            tidy_own(context);
        };
    }
    return proposal;
}

Command upgrade_command(Context& context)
{
    auto request = std::make_shared<app::UpgradeRequest>();
    return {"upgrade", Section::apps,
            joined({{"APP", &request->apps, "only these apps", known(Names::apps)},
                    {"--in QUBE", &request->in.names, "only in this qube; repeatable", known(Names::qubes)},
                    {"--all", &request->in.all, "in every qube (the default)"},
                    {"--only-security", &request->only_security, "only what mends a vulnerability"},
                    {"--skip QUBE", &request->in.skip, "not in this one", known(Names::qubes)},
                    {"--hold-base-for APP", &request->hold_base_for,
                     "the base rather stays than that this app keeps the older one in its view; repeatable",
                     known(Names::apps)}},
                   release_options(request->allow, request->names)),
            Writes{[&context, request] {
                request->reason = context.typed;
                request->reach = context.reach();
                return propose_upgrade(context, *request);
            }},
            "update"};
}

} // namespace qpkg::cli
