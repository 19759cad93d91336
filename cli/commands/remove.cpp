// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {

Command remove_command(Context& context)
{
    auto request = std::make_shared<app::RemoveRequest>();
    return {"remove",
            Section::apps,
            {{"APP", &request->apps, "apps by name or full id", required(Names::apps)},
             {"--from QUBE", &request->from.names, "a qube to remove from; repeatable", known(Names::qubes)},
             {"--all", &request->from.all, "from every qube"},
             {"--skip QUBE", &request->from.skip, "not from this one", known(Names::qubes)}},
            Writes{[&context, request] {
                request->reason = context.typed;
                return propose(
                    context, [&] { return app::prepare_remove(context.world(), *request); }, "nothing to remove.");
            }},
            "uninstall"};
}

} // namespace qpkg::cli
