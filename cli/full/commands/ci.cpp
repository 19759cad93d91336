// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/commands.hpp"
#include "cli/full/own_publisher.hpp"
#include "cli/full/pipeline_builds.hpp"
#include "cli/full/pipeline_page.hpp"
#include "cli/full/rotate.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

using Job = app::PipelineJob;

struct CiFlags {
    app::PipelineRequest request;
    std::filesystem::path passphrase_file;
    std::optional<std::filesystem::path> report;
    bool only_plan = false;
    bool keep_going = false;
};

struct PipelineMove {
    const Job* job;
    const build::MovedPackage* moved;
};

void describe_moved(Document& out, const std::vector<Job>& jobs)
{
    std::vector<PipelineMove> rows;
    for (const auto& job : jobs) {
        for (const auto& moved : job.why.moved) {
            rows.push_back({&job, &moved});
        }
    }
    using build::MovedPackage;
    const auto of = [](auto member) { return [member](const PipelineMove& row) { return (row.moved->*member); }; };
    out.table("packages", rows, column("of", "", [](const PipelineMove& row) { return row.job->name; }),
              column("name", "", of(&MovedPackage::name)), column("from", "", of(&MovedPackage::from)),
              column("to", "", of(&MovedPackage::to)),
              column("security", "", [](const PipelineMove& row) { return row.moved->is_security_fix; }));
}

void describe_jobs(Document& out, const std::vector<Job>& jobs)
{
    const auto kind = [](const Job& job) { return text(job.kind == Job::Kind::base ? "base" : "module"); };
    const auto name = [](const Job& job) {
        return shown_as(text(job.name), job.name.empty() ? job.recipe.string() : job.name);
    };
    const auto state = [](const Job& job) { return text(std::string(state_word(job.state))); };
    const auto why = [](const Job& job) { return job.problem ? std::string(job.problem->what()) : reason_of(job); };
    const auto hint = [](const Job& job) { return job.problem ? job.problem->hint() : std::string(); };
    const auto code = [](const Job& job) {
        return job.problem ? static_cast<std::uint64_t>(job.problem->code()) : std::uint64_t{0};
    };
    const auto key = [](const Job& job) { return text(job.key ? job.key->hex() : ""); };
    out.table("jobs", jobs, column("kind", "", kind), column("name", "WHAT", name), column("base", "ON", &Job::base),
              column("state", "STATE", state), column("why", "BECAUSE", why), column("hint", "", hint),
              column("code", "", code), column("recipe", "", [](const Job& job) { return job.recipe.string(); }),
              column("key", "", key));
    describe_moved(out, jobs);
}

void describe_published(Document& out, const app::PublishReport& report)
{
    using app::PublishedRelease;
    out.table("releases", report.releases, column("app", "PUBLISHED", &PublishedRelease::app),
              column("version", "VERSION", &PublishedRelease::version),
              column("sequence", "SEQUENCE", &PublishedRelease::sequence),
              column("download", "DOWNLOAD", &PublishedRelease::download, size),
              column("new", "CHANGE",
                     [](const PublishedRelease& one) {
                         return shown_as(flag(one.is_new), one.is_new ? "add" : "unchanged");
                     }),
              column("commit", "", &PublishedRelease::commit));
    out.field("retired", report.retired, "Off the list");
    out.field("pruned", size(report.pruned), report.pruned > 0 ? "Given back" : "");
    out.field("fingerprint", report.fingerprint, "Root fingerprint");
    out.field("version", report.version, "Index");
    out.field("expires", time(report.expires), "Sign again before");
    out.field("notes", report.notes, "Note");
    out.field("refused", report.refused, "Refused");
}

std::size_t count(const std::vector<Job>& jobs, Job::State state)
{
    return static_cast<std::size_t>(std::ranges::count(jobs, state, &Job::state));
}

/// The last line, and with it the exit code: that of the first that failed.
void conclude(Context& context, Document& out, const app::PipelineReport& report, const std::string& repository)
{
    const auto failed = count(report.jobs, Job::State::failed);
    if (failed > 0) {
        const auto first = std::ranges::find(report.jobs, Job::State::failed, &Job::state);
        context.exit_code = static_cast<int>(report.published ? Code::partly : first->problem->code());
        out.done((report.published ? "Partly done: " : "Failed: ") + std::to_string(failed) + " of " +
                 std::to_string(report.jobs.size()) + " could not be built, " +
                 (report.published ? "the rest is published." : "nothing was published."));
        out.next("What was built is kept: the same command goes on from here.");
    } else if (!report.published->refused.empty()) {
        context.exit_code = static_cast<int>(Code::untrusted);
        out.done("Failed: clients refuse what is published: " + qpkg::text::join(report.published->refused, "; ") +
                 '.');
    } else {
        const auto made = count(report.jobs, Job::State::built) + count(report.jobs, Job::State::kept);
        out.done(made > 0 ? "Done: " + count_of(made, "release") + " published into " + repository + '.'
                          : "Done: signed " + repository + " again.");
    }
}

void write_report(Context& context, const CiFlags& flags, const Document& out, const app::PipelineReport& report)
{
    if (flags.report) {
        const auto now = context.world().clock.now();
        files::make_directories(*flags.report);
        files::write(*flags.report / "report.json", render_json(out));
        files::write(*flags.report / "index.html", page_of(report, flags.request.repository.string(), now));
    }
}

void run_and_tell(Context& context, CiFlags flags)
{
    flags.request.passphrase = keys_passphrase(flags.request.keys, flags.passphrase_file);
    const auto report = app::run_pipeline(context.world(), flags.request, turns_of(context));
    Document out("ci");
    describe_jobs(out, report.jobs);
    if (report.published) {
        describe_published(out, *report.published);
    }
    const bool is_unchanged = report.published && !report.published->changed && !report.has_failed();
    out.field("changed", report.published && report.published->changed);
    if (is_unchanged) {
        out.done("Done: everything is as it would be built now.");
    } else {
        conclude(context, out, report, flags.request.repository.string());
    }
    write_report(context, flags, out, report);
    if (is_unchanged) {
        context.show_unchanged(out);
    } else {
        context.show(out);
    }
}

void show_plan(Context& context, const app::PipelineReport& report)
{
    Document out("ci");
    describe_jobs(out, report.jobs);
    const auto to_do = report.jobs.size() - count(report.jobs, Job::State::current);
    out.done("Done: " + std::to_string(to_do) + " of " + std::to_string(report.jobs.size()) + " to be built.");
    if (report.has_failed()) {
        context.exit_code = static_cast<int>(Code::partly);
    }
    if (to_do == 0) {
        context.show_unchanged(out);
        return;
    }
    out.next("Each is `qpkg build RECIPE --out DIR`, on any machine; then: qpkg publish DIR/* --repo SITE --keys KEYS");
    context.show(out);
}

Proposal propose_run(Context& context, CiFlags flags)
{
    auto& request = flags.request;
    request.command = context.typed;
    request.build = build_by_itself(context.options, app::pipeline_inputs(context.world()));
    request.on_failure = flags.keep_going ? app::OnFailure::go_on : app::OnFailure::stop;
    const auto plan = [&context, request] {
        Document out("ci");
        describe_jobs(out, app::plan_pipeline(context.world(), request).jobs);
        return out;
    };
    if (flags.only_plan) {
        return {plan, [&context, request] { show_plan(context, app::plan_pipeline(context.world(), request)); },
                Consent::implied};
    }
    return {plan, [&context, flags] { run_and_tell(context, flags); }, Consent::implied};
}

} // namespace

Command ci_command(Context& context)
{
    auto flags = std::make_shared<CiFlags>();
    auto& request = flags->request;
    return {
        "ci",
        Section::publishing,
        {{"RECIPE",
          &request.recipes,
          "recipes, and folders with module.toml and base.toml in them",
          {.required = true}},
         repository_option(request.repository),
         {"--keys DIR", &request.keys, "the directory of keys", required()},
         passphrase_option(flags->passphrase_file),
         {"--jobs N", &request.jobs, "build so many at once (2)", between(1, 64)},
         {"--plan", &flags->only_plan, "only tell what would be built, as a list of jobs"},
         {"--keep-going", &flags->keep_going, "publish the rest when something cannot be built"},
         {"--report DIR", &flags->report, "write report.json and index.html there"},
         {"--deltas N", &request.deltas, "make static deltas from so many earlier releases (2)", between(0, 16)},
         {"--keep N", &request.retention.releases, "keep so many releases of each app listed (3)", between(1, 1000)},
         {"--keep-days N", &request.retention.days, "and what was published since so many days (90)",
          between(0, 36500)}},
        Writes{[&context, flags] { return propose_run(context, *flags); }}};
}

} // namespace qpkg::cli
