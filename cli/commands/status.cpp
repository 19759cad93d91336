// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

std::string state_of(const app::QubeStatus& qube)
{
    if (qube.vanished) {
        return "gone";
    }
    if (qube.running && qube.outdated) {
        return qube.waiting ? "runs an older generation, another base from its next start on"
                            : "runs an older generation";
    }
    return std::string(qube.running ? "running" : "stopped") + (qube.incomplete ? ", lacks something" : "");
}

/// Of a template's qubes; empty: qpkg made the base.
std::string word_of(app::QubeStatus::Fit fit)
{
    using enum app::QubeStatus::Fit;
    return fit == own_base ? "" : fit == unchecked ? "not checked" : fit == fits ? "fits" : "does not fit";
}

Value base_of(const app::QubeStatus& qube)
{
    auto id = qube.base.text();
    auto shown = id + (qube.base_release.empty() ? "" : ' ' + qube.base_release) +
                 (qube.fit == app::QubeStatus::Fit::own_base ? "" : ", " + word_of(qube.fit));
    return shown_as(text(std::move(id)), std::move(shown));
}

void describe_qubes(Document& out, const app::StatusReport& report)
{
    using app::QubeStatus;
    if (report.qubes.empty()) {
        out.line("No qubes yet. To make one: qpkg qube create NAME --base debian-12");
    }
    out.table(
        "qubes", report.qubes, column("name", "QUBE", &QubeStatus::name), column("base", "BASE", base_of),
        column("base_release", "", &QubeStatus::base_release),
        column("generation", "GENERATION", &QubeStatus::generation), column("apps", "APPS", &QubeStatus::apps),
        column("running", "STATE", [](const QubeStatus& qube) { return shown_as(flag(qube.running), state_of(qube)); }),
        column("outdated", "", &QubeStatus::outdated), column("waiting", "", &QubeStatus::waiting),
        column("incomplete", "", &QubeStatus::incomplete), column("vanished", "", &QubeStatus::vanished),
        column("base_outdated", "", &QubeStatus::base_outdated),
        column("fit", "", [](const QubeStatus& qube) { return text(word_of(qube.fit)); }));
    out.table("outdated_disposables", report.outdated_disposables,
              column("name", "RUNS AN OLDER GENERATION", &plan::Disposable::name),
              column("of", "OF", &plan::Disposable::of));
}

void describe_repositories(Document& out, const std::vector<app::RepositoryState>& repositories)
{
    using app::RepositoryState;
    const auto date = [](std::int64_t issued) { return shown_as(time(issued), qpkg::text::iso_date(issued)); };
    out.table("repositories", repositories, column("name", "REPOSITORY", &RepositoryState::name),
              column("freshness", "METADATA", &RepositoryState::freshness),
              column("index", "INDEX", &RepositoryState::timestamp_version),
              column("issued", "FROM", &RepositoryState::issued, date));
    std::vector<std::vector<Value>> problems;
    for (const auto& repository : repositories) {
        for (const auto& problem : repository.problems) {
            problems.push_back({text(repository.name.text()), text(problem.subject),
                                number(static_cast<std::uint64_t>(problem.code)), text(problem.what)});
        }
    }
    out.table("problems", {{"repository", ""}, {"subject", ""}, {"code", ""}, {"what", ""}}, std::move(problems));
}

Document describe(const app::StatusReport& report)
{
    Document out("status");
    using app::InstalledApp;
    describe_qubes(out, report);
    describe_repositories(out, report.repositories);
    const auto release = [](const InstalledApp& app) -> const Release& { return app.release.release; };
    using app::FoundMisfit;
    out.table("misfits", report.misfits, column("app", "DOES NOT FIT ITS TEMPLATE", &FoundMisfit::app),
              column("qube", "QUBE", &FoundMisfit::qube), column("version", "VERSION", &FoundMisfit::version),
              column("what", "WHY", &FoundMisfit::what));
    using app::WaitingFix;
    out.table("security", report.security, column("app", "SECURITY FIXES WAIT FOR", &WaitingFix::app),
              column("qube", "QUBE", &WaitingFix::qube), column("from", "HAS", &WaitingFix::from),
              column("to", "MENDED BY", &WaitingFix::to), column("ids", "FIXES", &WaitingFix::ids, some_of));
    out.table("withdrawn", report.withdrawn, column("app", "NOT LISTED ANY MORE", release, &Release::app),
              column("qube", "QUBE", &InstalledApp::qube), column("version", "VERSION", release, &Release::version),
              column("repository", "BY", &InstalledApp::release, &KnownRelease::repo));
    out.table("held", report.held, column("app", "HELD", release, &Release::app),
              column("qube", "QUBE", &InstalledApp::qube), column("version", "VERSION", release, &Release::version));
    out.table("repository_gone", report.repository_gone, column("app", "NO MORE UPGRADES OF", release, &Release::app),
              column("qube", "QUBE", &InstalledApp::qube), column("version", "VERSION", release, &Release::version),
              column("repository", "REPOSITORY IS GONE", &InstalledApp::release, &KnownRelease::repo));
    out.field("dissent", report.dissent, "Dissent");
    out.field("reclaimable",
              shown_as(number(report.reclaimable),
                       qpkg::text::human_size(report.reclaimable) + " held by older generations only"),
              report.reclaimable > 0 ? "Reclaimable" : "");
    const std::string updates(app::word_of(report.updates));
    out.field("updates", shown_as(text(updates), "once a day: " + updates),
              report.updates == app::Updates::none ? "" : "By itself");
    if (!report.warnings.empty()) {
        out.field("warnings", report.warnings, "Warning");
    }
    return out;
}

} // namespace

Command status_command(Context& context)
{
    return {"status", Section::apps, {}, Reads{[&context] { context.show(describe(app::status(context.world()))); }}};
}

} // namespace qpkg::cli
