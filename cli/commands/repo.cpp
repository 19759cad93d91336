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
    out.field("name", text(repository.name.text()), "Repository");
    out.field("location", text(repository.location), "At");
    out.field("fingerprint", text(repository.fingerprint), "Root fingerprint");
    out.field("root_version", number(found.root.version), "Root version");
    out.field("namespaces", list(repository.namespaces), "May publish");
}

void add_repository(Context& context, const app::AddRepositoryRequest& request)
{
    context.finish_interrupted();
    const auto found = app::find_repository(context.world(), request);
    Document plan("repo-add");
    describe(plan, found);
    if (context.options.dry_run) {
        context.show(plan.field("changed", flag(false)).done("Dry run: nothing was changed."));
        return;
    }
    context.show_plan(plan);
    // A fingerprint on the command line is the answer: it was compared, digit by digit.
    if (!request.fingerprint && !context.agreed("Is this the fingerprint that the publisher told you?")) {
        context.show(Document("repo-add").field("changed", flag(false)).done("Done: nothing was changed."));
        return;
    }
    app::verify_repository(context.world(), found);
    const auto lock = context.lock(); // not before: repositories and people take their time
    app::record_repository(context.world(), found);
    Document result("repo-add");
    if (context.options.json) {
        describe(result, found);
    }
    const auto snapshot = context.world().db.snapshot();
    const app::Catalog catalog(context.world(), snapshot, app::Reach::offline);
    context.show(result.field("changed", flag(true))
                     .field("warnings", list(catalog.warnings()), catalog.warnings().empty() ? "" : "Warning")
                     .done("Done: repository " + found.repository.name.text() + " is trusted for " +
                           qpkg::text::join(found.repository.namespaces, ", ") + '.')
                     .next("To see what it offers: qpkg search"));
}

void add_repo_add(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::AddRepositoryRequest>();
    auto* command =
        add_command(app, context, "add", "repo-add", [&context, request] { add_repository(context, *request); });
    command->add_option("NAME", request->name, "what you want to call it")->required();
    command->add_option("LOCATION", request->location, "a directory, an http(s) URL, or a bundle")->required();
    command->add_option("--fingerprint", request->fingerprint, "the root fingerprint the publisher told you")
        ->type_name("HEX");
    command->add_option("--namespace", request->namespaces, "what it may publish; repeatable")->type_name("NAME");
    command->add_option("--grace-days", request->grace_days, "how long expired metadata is still used, loudly (14)")
        ->type_name("DAYS")
        ->check(CLI::Range(0, 3650));
}

void add_repo_list(CLI::App& app, Context& context)
{
    auto* command = add_command(app, context, "list", "repo-list", [&context] {
        auto& world = context.world();
        const auto snapshot = world.db.snapshot();
        const app::Catalog catalog(world, snapshot, app::Reach::offline);
        std::vector<std::vector<Value>> rows;
        for (std::size_t i = 0; i < snapshot.repositories.size(); ++i) {
            const auto& repository = snapshot.repositories[i];
            rows.push_back({text(repository.name.text()), text(repository.location), list(repository.namespaces),
                            text(catalog.repositories().at(i).freshness),
                            shown_as(text(repository.fingerprint), repository.fingerprint.substr(0, 16) + "…")});
        }
        Document out("repo-list");
        if (rows.empty()) {
            out.line("No repositories yet. To add one: qpkg repo add NAME LOCATION");
        }
        context.show(out.table("repositories",
                               {{"name", "REPOSITORY"},
                                {"location", "AT"},
                                {"namespaces", "MAY PUBLISH"},
                                {"freshness", "METADATA"},
                                {"fingerprint", "ROOT"}},
                               std::move(rows)));
    });
    command->alias("ls");
}

std::string policy_words(const RebuildPolicy& policy)
{
    return policy.mode == RebuildMode::warn ? "warn" : std::to_string(policy.organisations);
}

void modify_repository(Context& context, const app::ModifyRepositoryRequest& request)
{
    const auto lock = context.lock();
    const auto repository = app::modify_repository(context.world(), request);
    std::vector<std::vector<Value>> rebuilders;
    for (const auto& rebuilder : repository.rebuilders) {
        rebuilders.push_back({text(rebuilder.organisation), text(rebuilder.key.hex())});
    }
    std::vector<std::vector<Value>> policies;
    for (const auto& [name, policy] : repository.rebuild_policies) {
        policies.push_back({text(name), text(policy_words(policy))});
    }
    context.show(
        Document("repo-modify")
            .field("name", text(repository.name.text()))
            .table("rebuilders", {{"organisation", "REBUILDER"}, {"key", "PUBLIC KEY"}}, std::move(rebuilders))
            .table("policies", {{"namespace", "NAMESPACE"}, {"require", "MUST BE REPRODUCED BY"}}, std::move(policies))
            .done("Done: repository " + repository.name.text() + " is changed."));
}

void add_repo_modify(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::ModifyRepositoryRequest>();
    auto* command = add_command(app, context, "modify", "repo-modify",
                                [&context, request] { modify_repository(context, *request); });
    command->add_option("NAME", request->name, "the repository")->required();
    command->add_option("--rebuilder", request->add, "whose rebuild statements count; repeatable")
        ->type_name("ORGANISATION=KEY")
        ->allow_extra_args(false);
    command->add_option("--forget-rebuilder", request->forget, "whose statements count no more; repeatable")
        ->type_name("ORGANISATION")
        ->allow_extra_args(false);
    command->add_option("--require", request->require, "who must have reproduced new releases: off, warn, or how many")
        ->type_name("off|warn|K");
    command->add_option("--namespace", request->namespaces, "what --require is about (all); repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
}

void describe(Document& out, const std::vector<app::RepositoryVerdict>& verdicts)
{
    std::vector<std::vector<Value>> rows;
    std::vector<std::vector<Value>> problems;
    for (const auto& [repository, state, found] : verdicts) {
        const auto name = repository.name.text();
        rows.push_back({text(name), text(repository.location), text(state.freshness), number(state.timestamp_version),
                        shown_as(time(state.issued), state.issued == 0 ? "" : qpkg::text::iso_date(state.issued)),
                        shown_as(flag(found.empty()), found.empty() ? "ok" : "see below")});
        for (const auto& problem : found) {
            problems.push_back({text(name), text(problem.subject), number(static_cast<std::uint64_t>(problem.code)),
                                text(problem.what), text(problem.hint)});
        }
    }
    out.table("repositories",
              {{"name", "REPOSITORY"},
               {"location", "AT"},
               {"freshness", "METADATA"},
               {"index", "INDEX"},
               {"issued", "FROM"},
               {"fine", "RESULT"}},
              std::move(rows));
    for (const auto& verdict : verdicts) {
        for (const auto& problem : verdict.problems) {
            out.line(app::words_of(verdict.repository.name, problem));
            out.line("  what to do: " + problem.hint);
        }
    }
    out.table("problems", {{"repository", ""}, {"subject", ""}, {"code", ""}, {"what", ""}, {"advice", ""}},
              std::move(problems));
}

void check_repositories(Context& context, const std::optional<std::string>& name)
{
    const auto reach = context.options.offline ? app::Reach::offline : app::Reach::online;
    const auto verdicts = app::check_repositories(context.world(), name, reach);
    context.keep_what_was_verified();
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

void add_repo_check(CLI::App& app, Context& context)
{
    auto name = std::make_shared<std::optional<std::string>>();
    auto* command =
        add_command(app, context, "check", "repo-check", [&context, name] { check_repositories(context, *name); });
    command->add_option("NAME", *name, "only this one");
}

void add_repo_remove(CLI::App& app, Context& context)
{
    auto name = std::make_shared<std::string>();
    auto* command = add_command(app, context, "remove", "repo-remove", [&context, name] {
        const auto lock = context.lock();
        app::remove_repository(context.world(), *name);
        context.show(Document("repo-remove")
                         .field("name", text(*name))
                         .done("Done: repository " + *name + " is not trusted any more; what is installed stays."));
    });
    command->add_option("NAME", *name, "the repository")->required();
}

} // namespace

void add_repo(CLI::App& app, Context& context)
{
    auto* group = app.add_subcommand("repo");
    group->require_subcommand(1);
    group->fallthrough();
    add_repo_add(*group, context);
    add_repo_list(*group, context);
    add_repo_check(*group, context);
    add_repo_modify(*group, context);
    add_repo_remove(*group, context);
}

} // namespace qpkg::cli
