// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/names_view.hpp"

namespace qpkg::cli {

void add_install(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::InstallRequest>();
    auto* command = add_command(app, context, "install", "install", [&context, request] {
        request->reason = context.typed;
        request->reach = context.options.offline ? app::Reach::offline : app::Reach::online;
        const auto lock = context.lock();
        app::recover(context.world());
        carry_out(context, app::prepare_install(context.world(), *request), "it is there already, nothing to change.");
    });
    command->add_option("APP", request->apps, "apps by name or full id")->required();
    command->add_option("--into", request->into.names, "a qube to install into; repeatable")->type_name("QUBE");
    command->add_flag("--all", request->into.all, "into every qube");
    command->add_option("--skip", request->into.skip, "not into this one")->type_name("QUBE");
    command->add_option("--channel", request->channel, "the release channel")->type_name("NAME");
    command->add_flag("--accept-stale", request->allow.stale,
                      "take a release although the repository's metadata is older than its grace period");
    add_name_options(*command, request->names);
    command->add_flag("--despite-dissent", request->allow.despite_dissent,
                      "take a release although a trusted rebuilder's build came out differently");
}

} // namespace qpkg::cli
