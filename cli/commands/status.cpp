// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

void describe_repositories(Document& out, const std::vector<app::RepositoryState>& repositories)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& repository : repositories) {
        rows.push_back({text(repository.name.text()), text(repository.freshness), number(repository.timestamp_version),
                        shown_as(time(repository.issued), qpkg::text::iso_date(repository.issued))});
    }
    out.table("repositories",
              {{"name", "REPOSITORY"}, {"freshness", "METADATA"}, {"index", "INDEX"}, {"issued", "FROM"}},
              std::move(rows));
    std::vector<std::vector<Value>> problems;
    for (const auto& repository : repositories) {
        for (const auto& problem : repository.problems) {
            problems.push_back({text(repository.name.text()), text(problem.subject),
                                number(static_cast<std::uint64_t>(problem.code)), text(problem.what)});
        }
    }
    out.table("problems", {{"repository", ""}, {"subject", ""}, {"code", ""}, {"what", ""}}, std::move(problems));
}

void describe(Document& out, const app::StatusReport& report)
{
    std::vector<std::vector<Value>> qubes;
    for (const auto& qube : report.qubes) {
        const std::string state = qube.vanished   ? "gone"
                                  : !qube.running ? "stopped"
                                  : qube.outdated ? "runs an older generation"
                                                  : "running";
        qubes.push_back({text(qube.name.text()), text(qube.base.text()), number(qube.generation), number(qube.apps),
                         shown_as(flag(qube.running), state), flag(qube.outdated), flag(qube.vanished),
                         shown_as(flag(qube.base_outdated), qube.base_outdated ? "a newer base is here" : "")});
    }
    if (qubes.empty()) {
        out.line("No qubes yet. To make one: qpkg qube create NAME --base debian-12");
    }
    out.table("qubes",
              {{"name", "QUBE"},
               {"base", "BASE"},
               {"generation", "GENERATION"},
               {"apps", "APPS"},
               {"running", "STATE"},
               {"outdated", ""},
               {"vanished", ""},
               {"base_outdated", ""}},
              std::move(qubes));
    std::vector<std::vector<Value>> disposables;
    for (const auto& disposable : report.outdated_disposables) {
        disposables.push_back({text(disposable.name.text()), text(disposable.of.text())});
    }
    out.table("outdated_disposables", {{"name", "RUNS AN OLDER GENERATION"}, {"of", "OF"}}, std::move(disposables));
    describe_repositories(out, report.repositories);
    std::vector<std::vector<Value>> withdrawn;
    for (const auto& app : report.withdrawn) {
        withdrawn.push_back({text(app.release.release.app.text()), text(app.qube.text()),
                             text(app.release.release.version), text(app.release.repo.text())});
    }
    out.table("withdrawn",
              {{"app", "NOT LISTED ANY MORE"}, {"qube", "QUBE"}, {"version", "VERSION"}, {"repository", "BY"}},
              std::move(withdrawn));
    out.field("dissent", list(report.dissent), report.dissent.empty() ? "" : "Dissent");
    out.field("reclaimable",
              shown_as(number(report.reclaimable),
                       qpkg::text::human_size(report.reclaimable) + " held by older generations only"),
              report.reclaimable > 0 ? "Reclaimable" : "");
    if (!report.warnings.empty()) {
        out.field("warnings", list(report.warnings), "Warning");
    }
}

} // namespace

void add_status(CLI::App& app, Context& context)
{
    add_command(app, context, "status", "status", [&context] {
        Document out("status");
        describe(out, app::status(context.world()));
        context.show(out);
    });
}

} // namespace qpkg::cli
