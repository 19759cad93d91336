// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void add(CLI::App& app, Context& context, const std::string& word, bool held)
{
    auto request = std::make_shared<app::HoldRequest>();
    request->held = held;
    auto* command = add_command(app, context, word, word, [&context, request] {
        request->reason = context.typed;
        context.options.yes = true; // nothing is downloaded, started or lost
        carry_out(
            context, [&] { return app::prepare_hold(context.world(), *request); }, "nothing to change.");
    });
    command->add_option("APP", request->apps, "apps by name or full id")->required();
    command->add_option("--in", request->in.names, "the qube; repeatable")->type_name("QUBE");
    command->add_flag("--all", request->in.all, "in every qube");
}

} // namespace

void add_hold(CLI::App& app, Context& context)
{
    add(app, context, "hold", true);
    add(app, context, "unhold", false);
}

} // namespace qpkg::cli
