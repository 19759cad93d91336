// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/names_view.hpp"

namespace qpkg::cli {

void add_upgrade(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::UpgradeRequest>();
    auto* command = add_command(app, context, "upgrade", "upgrade", [&context, request] {
        request->reason = context.typed;
        request->reach = context.options.offline ? app::Reach::offline : app::Reach::online;
        bring_and_carry_out(
            context, [&] { return app::prepare_upgrade(context.world(), *request); }, "everything is up to date.");
    });
    command->alias("update");
    command->add_option("APP", request->apps, "only these apps");
    command->add_option("--in", request->in.names, "only in this qube; repeatable")->type_name("QUBE");
    command->add_flag("--all", request->in.all, "in every qube (the default)");
    command->add_option("--skip", request->in.skip, "not in this one")->type_name("QUBE");
    command->add_flag("--accept-stale", request->allow.stale,
                      "take a release although the repository's metadata is older than its grace period");
    add_name_options(*command, request->names);
    command->add_flag("--despite-dissent", request->allow.despite_dissent,
                      "take a release although a trusted rebuilder's build came out differently");
}

} // namespace qpkg::cli
