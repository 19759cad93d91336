// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::InstalledApp>& apps)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& app : apps) {
        const auto& release = app.release.release;
        rows.push_back({text(app.qube.text()), shown_as(text(release.app.text()), short_name(release.app)),
                        text(release.version), number(release.sequence), text(app.release.repo.text()),
                        size(release.volume.size), shown_as(flag(app.held), app.held ? "held" : ""),
                        text(app.volume.hex())});
    }
    if (rows.empty()) {
        out.line("No apps yet. To add one: qpkg install APP --into QUBE");
    }
    out.table("apps",
              {{"qube", "QUBE"},
               {"app", "APP"},
               {"version", "VERSION"},
               {"sequence", ""},
               {"repository", "FROM"},
               {"size", "SIZE"},
               {"held", ""},
               {"volume", ""}},
              std::move(rows));
}

} // namespace

void add_list(CLI::App& app, Context& context)
{
    auto qubes = std::make_shared<std::vector<std::string>>();
    auto* command = add_command(app, context, "list", "list", [&context, qubes] {
        Document out("list");
        describe(out, app::list_apps(context.world(), *qubes));
        context.show(out);
    });
    command->alias("ls");
    command->add_option("QUBE", *qubes, "only these qubes");
}

} // namespace qpkg::cli
