// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {

void add_remove(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::RemoveRequest>();
    auto* command = add_command(app, context, "remove", "remove", [&context, request] {
        request->reason = context.typed;
        carry_out(
            context, [&] { return app::prepare_remove(context.world(), *request); }, "nothing to remove.");
    });
    command->alias("uninstall");
    command->add_option("APP", request->apps, "apps by name or full id")->required();
    command->add_option("--from", request->from.names, "a qube to remove from; repeatable")->type_name("QUBE");
    command->add_flag("--all", request->from.all, "from every qube");
    command->add_option("--skip", request->from.skip, "not from this one")->type_name("QUBE");
}

} // namespace qpkg::cli
