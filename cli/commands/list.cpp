// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"
#include "cli/names_view.hpp"

namespace qpkg::cli {
namespace {

Document describe(const std::vector<app::InstalledApp>& apps)
{
    Document out("list");
    using app::InstalledApp;
    const auto release = [](const InstalledApp& app) -> const Release& { return app.release.release; };
    const auto held = [](const InstalledApp& app) {
        const auto keeps = app.keeps.empty() ? "" : "keeps " + app.keeps;
        return shown_as(flag(app.held), app.held && !keeps.empty() ? "held, " + keeps : app.held ? "held" : keeps);
    };
    const auto repository = [](const InstalledApp& app) {
        const auto name = app.release.repo.text();
        return shown_as(text(name), app.repository_gone ? name + " (gone)" : name);
    };
    if (apps.empty()) {
        out.line("No apps yet. To add one: qpkg install APP --into QUBE");
    }
    out.table("apps", apps, column("qube", "QUBE", &InstalledApp::qube),
              column("app", "APP", release, &Release::app, app_value),
              column("version", "VERSION", release, &Release::version),
              column("sequence", "", release, &Release::sequence), column("repository", "FROM", repository),
              column("size", "SIZE", release, &Release::volume, &VolumeSummary::size, size),
              column("held", "HELD", held), column("keeps", "", &InstalledApp::keeps),
              column("repository_gone", "", &InstalledApp::repository_gone),
              column("volume", "", &InstalledApp::volume));
    return out;
}

} // namespace

Command list_command(Context& context)
{
    auto qubes = std::make_shared<std::vector<std::string>>();
    return {"list",
            Section::apps,
            {{"QUBE", qubes.get(), "only these qubes", known(Names::qubes)}},
            Reads{[&context, qubes] { context.show(describe(app::list_apps(context.world(), *qubes))); }},
            "ls"};
}

} // namespace qpkg::cli
