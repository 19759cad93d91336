// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {

void add_rollback(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::RollbackRequest>();
    auto* command = add_command(app, context, "rollback", "rollback", [&context, request] {
        carry_out(
            context, [&] { return app::prepare_rollback(context.world(), *request); },
            "it is at that generation already.");
    });
    command->add_option("QUBE", request->qube, "the qube")->required();
    command->add_option("--to", request->to, "this generation instead of the one before")->type_name("N");
}

} // namespace qpkg::cli
