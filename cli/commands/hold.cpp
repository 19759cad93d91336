// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void hold(Context& context, app::HoldRequest& request)
{
    request.reason = context.typed;
    context.options.yes = true; // nothing is downloaded, started or lost
    carry_out(
        context, [&] { return app::prepare_hold(context.world(), request); }, "nothing to change.");
}

Command make_hold_command(Context& context, std::string_view name, bool held)
{
    auto request = std::make_shared<app::HoldRequest>();
    request->held = held;
    return {name,
            Section::apps,
            {{"APP", &request->apps, "apps by name or full id", required(Names::apps)},
             {"--in QUBE", &request->in.names, "the qube; repeatable", known(Names::qubes)},
             {"--all", &request->in.all, "in every qube"}},
            [&context, request] { hold(context, *request); }};
}

} // namespace

Command hold_command(Context& context) { return make_hold_command(context, "hold", true); }

Command unhold_command(Context& context) { return make_hold_command(context, "unhold", false); }

} // namespace qpkg::cli
