// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {

Command rollback_command(Context& context)
{
    auto request = std::make_shared<app::RollbackRequest>();
    return {"rollback",
            Section::apps,
            {{"QUBE", &request->qube, "the qube", required(Names::qubes)},
             {"--to N", &request->to, "this generation instead of the one before"}},
            Writes{[&context, request] {
                return propose(
                    context, [&] { return app::prepare_rollback(context.world(), *request); },
                    "it is at that generation already.");
            }}};
}

} // namespace qpkg::cli
