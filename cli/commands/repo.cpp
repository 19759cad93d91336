// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "app/use/query.hpp"
#include "app/use/rebuilders.hpp"
#include "app/use/repositories.hpp"
#include "app/use/repository_check.hpp"
#include "cli/commands.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::FoundRepository& found)
{
    const auto& repository = found.repository;
    out.field("name", repository.name, "Repository");
    out.field("location", repository.location, "At");
    out.field("fingerprint", repository.fingerprint, "Root fingerprint");
    out.field("root_version", found.root.version, "Root version");
    out.field("namespaces", repository.namespaces, "May publish");
    out.field("open_keys", shown_as(flag(found.root.has_open_keys), "without a passphrase, it says"),
              found.root.has_open_keys ? "Its keys are" : "");
}

void add_repository(Context& context, const app::FoundRepository& found)
{
    app::verify_repository(context.world(), found);
    const auto lock = context.lock(); // not before: repositories and people take their time
    app::record_repository(context.world(), found);
    Document result("repo-add");
    if (context.options.json) {
        describe(result, found);
    }
    const auto snapshot = context.world().db.snapshot();
    const app::Catalog catalog(context.world(), snapshot, app::Reach::offline);
    context.show(result.field("changed", true)
                     .field("warnings", catalog.warnings(), "Warning")
                     .done("Done: repository " + found.repository.name.text() + " is trusted for " +
                           qpkg::text::join(found.repository.namespaces, ", ") + '.')
                     .next("To see what it offers: qpkg search"));
}

Proposal propose_repository(Context& context, const app::AddRepositoryRequest& request)
{
    context.finish_interrupted();
    const auto found = app::find_repository(context.world(), request);
    Document plan("repo-add");
    describe(plan, found);
    // A fingerprint on the command line is the answer: it was compared, digit by digit.
    return {[plan] { return plan; }, [&context, found] { add_repository(context, found); },
            request.fingerprint ? Consent::given : Consent::asked,
            "Is this the fingerprint that the publisher told you?"};
}

void list_repositories(Context& context)
{
    const auto snapshot = context.world().db.snapshot();
    const auto& repositories = snapshot.repositories;
    const app::Catalog catalog(context.world(), snapshot, app::Reach::offline);
    const auto freshness = [&](const Repository& repository) {
        return std::ranges::find(catalog.repositories(), repository.name, &app::RepositoryState::name)->freshness;
    };
    const auto shortened = [](const std::string& fingerprint) {
        return shown_as(text(fingerprint), fingerprint.substr(0, 16) + "…");
    };
    Document out("repo-list");
    if (repositories.empty()) {
        out.line("No repositories yet. To add one: qpkg repo add NAME LOCATION");
    }
    context.show(out.table("repositories", repositories, column("name", "REPOSITORY", &Repository::name),
                           column("location", "AT", &Repository::location),
                           column("namespaces", "MAY PUBLISH", &Repository::namespaces),
                           column("freshness", "METADATA", freshness),
                           column("fingerprint", "ROOT", &Repository::fingerprint, shortened)));
}

std::string policy_words(const RebuildPolicy& policy)
{
    return policy.mode == RebuildMode::warn ? "warn" : std::to_string(policy.organisations);
}

Document describe(const Repository& repository)
{
    using Policy = std::pair<const std::string, RebuildPolicy>;
    Document out("repo-modify");
    out.field("name", repository.name, "Repository");
    out.table("rebuilders", repository.rebuilders, column("organisation", "REBUILDER", &Rebuilder::organisation),
              column("key", "PUBLIC KEY", &Rebuilder::key));
    return out.table("policies", repository.rebuild_policies, column("namespace", "NAMESPACE", &Policy::first),
                     column("require", "MUST BE REPRODUCED BY", &Policy::second, policy_words));
}

Proposal propose_modification(Context& context, const app::ModifyRepositoryRequest& request)
{
    return {[&context, request] { return describe(app::plan_modification(context.world(), request)); },
            [&context, request] {
                const auto lock = context.lock();
                const auto repository = app::modify_repository(context.world(), request);
                context.show(describe(repository).done("Done: repository " + repository.name.text() + " is changed."));
            },
            Consent::implied};
}

Proposal propose_distrust(Context& context, const std::string& typed)
{
    const auto name = app::known_repository(context.world().db.snapshot(), typed).name.text();
    return {[name] { return Document("repo-remove").field("name", name, "No longer trusted"); },
            [&context, name] {
                const auto lock = context.lock();
                app::remove_repository(context.world(), name);
                context.show(
                    Document("repo-remove")
                        .field("name", name)
                        .done("Done: repository " + name + " is not trusted any more; what is installed stays."));
            },
            Consent::implied};
}

void describe(Document& out, const std::vector<app::RepositoryVerdict>& verdicts)
{
    using app::RepositoryState;
    using app::RepositoryVerdict;
    const auto date = [](std::int64_t issued) {
        return shown_as(time(issued), issued == 0 ? "" : qpkg::text::iso_date(issued));
    };
    const auto result = [](const RepositoryVerdict& verdict) {
        return shown_as(flag(verdict.problems.empty()), verdict.problems.empty() ? "ok" : "see below");
    };
    out.table("repositories", verdicts, column("name", "REPOSITORY", &RepositoryVerdict::repository, &Repository::name),
              column("location", "AT", &RepositoryVerdict::repository, &Repository::location),
              column("freshness", "METADATA", &RepositoryVerdict::state, &RepositoryState::freshness),
              column("index", "INDEX", &RepositoryVerdict::state, &RepositoryState::timestamp_version),
              column("issued", "FROM", &RepositoryVerdict::state, &RepositoryState::issued, date),
              column("fine", "RESULT", result));
    std::vector<std::vector<Value>> problems;
    for (const auto& verdict : verdicts) {
        for (const auto& problem : verdict.problems) {
            out.line(app::words_of(verdict.repository.name, problem));
            out.line("  what to do: " + problem.hint);
            problems.push_back({text(verdict.repository.name.text()), text(problem.subject),
                                number(static_cast<std::uint64_t>(problem.code)), text(problem.what),
                                text(problem.hint)});
        }
    }
    out.table("problems", {{"repository", ""}, {"subject", ""}, {"code", ""}, {"what", ""}, {"advice", ""}},
              std::move(problems));
}

void check_repositories(Context& context, const std::optional<std::string>& name)
{
    const auto verdicts = app::check_repositories(context.world(), name, context.reach());
    std::vector<trust::Problem> problems;
    for (const auto& verdict : verdicts) {
        problems.insert(problems.end(), verdict.problems.begin(), verdict.problems.end());
    }
    Document out("repo-check");
    describe(out, verdicts);
    if (const auto* worst = trust::worst(problems)) {
        context.exit_code = static_cast<int>(worst->code);
        const auto bad = std::ranges::count_if(verdicts, [](const auto& verdict) { return !verdict.problems.empty(); });
        out.done("Failed: " + std::to_string(problems.size()) + (problems.size() == 1 ? " problem" : " problems") +
                 " in " + std::to_string(bad) + " of " + std::to_string(verdicts.size()) + " repositories.");
    } else if (verdicts.empty()) {
        out.done("Done: there are no repositories.");
        out.next("To add one: qpkg repo add NAME LOCATION");
    } else {
        out.done("Done: everything is as it was signed, and up to date.");
    }
    context.show(out);
}

Option name_option(std::string& name) { return {"NAME", &name, "the repository", required(Names::repositories)}; }

} // namespace

Command repo_add_command(Context& context)
{
    auto request = std::make_shared<app::AddRepositoryRequest>();
    return {"repo add",
            Section::sources,
            {{"NAME", &request->name, "what you want to call it", required()},
             {"LOCATION", &request->location, "a directory, an http(s) URL, or a bundle", required()},
             {"--fingerprint HEX", &request->fingerprint, "the root fingerprint the publisher told you"},
             {"--namespace NAME", &request->namespaces, "what it may publish; repeatable"},
             {"--grace-days DAYS", &request->grace_days, "how long expired metadata is still used, loudly (14)",
              between(0, 3650)}},
            Writes{[&context, request] { return propose_repository(context, *request); }}};
}

Command repo_list_command(Context& context)
{
    return {"repo list", Section::sources, {}, Reads{[&context] { list_repositories(context); }}, "ls"};
}

Command repo_check_command(Context& context)
{
    auto name = std::make_shared<std::optional<std::string>>();
    return {"repo check",
            Section::sources,
            {{"NAME", name.get(), "only this one", known(Names::repositories)}},
            Refreshes{[&context, name] { check_repositories(context, *name); }}};
}

Command repo_modify_command(Context& context)
{
    auto request = std::make_shared<app::ModifyRepositoryRequest>();
    return {
        "repo modify",
        Section::sources,
        {name_option(request->name),
         {"--rebuilder ORGANISATION=KEY", &request->add, "whose rebuild statements count; repeatable", each_one_word()},
         {"--forget-rebuilder ORGANISATION", &request->forget, "whose statements count no more; repeatable",
          each_one_word()},
         {"--require off|warn|K", &request->require, "who must have reproduced new releases: off, warn, or how many"},
         {"--namespace NAME", &request->namespaces, "what --require is about (all); repeatable", each_one_word()}},
        Writes{[&context, request] { return propose_modification(context, *request); }}};
}

Command repo_remove_command(Context& context)
{
    auto name = std::make_shared<std::string>();
    return {"repo remove", Section::sources, {name_option(*name)}, Writes{[&context, name] {
                return propose_distrust(context, *name);
            }}};
}

} // namespace qpkg::cli
