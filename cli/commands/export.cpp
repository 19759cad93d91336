// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {

Command export_command(Context& context)
{
    auto request = std::make_shared<app::ExportRequest>();
    return {"export",
            Section::apps,
            {{"APP", &request->app, "an app of the qube, by name or full id", required(Names::apps)},
             {"NAME", &request->names, "a command or menu entry (NAME.desktop) of its view", required()},
             {"--in QUBE", &request->qube, "the qube", required(Names::qubes)},
             {"--drop", &request->drop, "the app does not have these names in the qube"},
             {"--prefer APP", &request->wishes.prefer, "gets each name that other apps of the qube ask for, too",
              known(Names::apps)},
             {"--alias OTHER=APP:NAME", &request->wishes.aliases,
              "in the qube the app's command or menu entry NAME is called OTHER; repeatable"}},
            Writes{[&context, request] {
                request->reason = context.typed;
                return propose(
                    context, [&context, request] { return app::prepare_export(context.world(), *request); },
                    "nothing to change.");
            }}};
}

} // namespace qpkg::cli
