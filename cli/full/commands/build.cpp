// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/build.hpp"

#include "app/make/sources.hpp"
#include "cli/full/commands.hpp"
#include "cli/sources/package_sources.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

struct BuildFlags {
    std::string recipe;
    std::string from;
    std::string base;
    std::filesystem::path out = "out";
    std::filesystem::path lock;
    std::filesystem::path inputs;
};

std::string package_form() { return qpkg::app::named_package_form(package_sources()); }

app::BuildRequest request_of(const BuildFlags& flags)
{
    if (flags.recipe.empty() == flags.from.empty()) {
        throw Error(Code::usage, "build takes a recipe, or --from " + package_form(), "see `qpkg build --help`");
    }
    if (!flags.from.empty() && !qpkg::app::named_package(package_sources(), flags.from)) {
        throw Error(Code::usage, "--from \"" + text::escaped(flags.from) + "\": expected " + package_form());
    }
    return {flags.recipe.empty() ? flags.from : flags.recipe, flags.base, flags.out, flags.lock, flags.inputs};
}

/// Findings of one kind are one line.
struct KindOfFinding {
    std::string rule;
    std::size_t count;
    std::string path; ///< of the first
    std::string detail;
};

std::vector<KindOfFinding> kinds_of(const std::vector<build::Finding>& findings)
{
    std::vector<KindOfFinding> kinds;
    for (const auto& finding : findings) {
        const auto same = std::ranges::find(kinds, finding.rule, &KindOfFinding::rule);
        if (same == kinds.end()) {
            kinds.push_back({finding.rule, 1, finding.path, finding.detail});
        } else {
            ++same->count;
        }
    }
    return kinds;
}

/// All of them for who asks for more and for programs, else one of each kind.
void describe_findings(Document& out, const std::vector<build::Finding>& findings, bool all)
{
    if (!findings.empty()) {
        out.line(all ? "Findings:" : "Findings, the first of each kind (all of them: -v, --json):");
    }
    using build::Finding;
    out.table("findings", findings, column("rule", all ? "RULE" : "", &Finding::rule),
              column("path", all ? "PATH" : "", &Finding::path), column("detail", all ? "WHAT" : "", &Finding::detail));
    out.table("kinds", kinds_of(findings), column("rule", all ? "" : "RULE", &KindOfFinding::rule),
              column("count", all ? "" : "COUNT", &KindOfFinding::count),
              column("path", all ? "" : "PATH", &KindOfFinding::path),
              column("detail", all ? "" : "WHAT", &KindOfFinding::detail));
}

Document describe(const app::BuildReport& report, bool is_verbose)
{
    const auto& release = report.release;
    std::vector<std::string> commands;
    for (const auto& made : release.exports) {
        if (made.kind == ExportKind::command) {
            commands.push_back(made.name);
        }
    }
    Document document("build");
    document.field("app", release.app, "App")
        .field("version", release.version, "Version")
        .field("description", release.summary, "Summary")
        .field("base", release.base, "Base")
        .field("packages", report.packages, "Packages")
        .field("commands", commands, "Commands")
        .field("size", size(release.tree.size), "Size")
        .field("download", size(release.tree.archive_size), "Download")
        .field("commit", release.tree.commit, "Commit")
        .field("volume", release.volume.root, "Volume")
        .field("tests", shown_as(number(report.tests), count_of(report.tests, "test") + " passed"), "Tests")
        .field("directory", report.directory);
    describe_findings(document, report.findings, is_verbose);
    document.done("Done: " + release.app.text() + ' ' + release.version + " is in " + report.directory.string() + ", " +
                  count_of(report.findings.size(), "finding") + '.');
    document.next("To publish it: qpkg publish " + report.directory.string() + " --repo DIR --keys DIR");
    return document;
}

Document describe(const app::BuildPlan& plan)
{
    Document document("build");
    document.field("app", plan.app, "App");
    document.field("base", plan.base, "Base");
    if (plan.root) {
        document.field("root", *plan.root, "With the root of");
    }
    document.field("asked", plan.packages, "Packages");
    document.field("directory", plan.directory, "Makes");
    return document.field("replaces", shown_as(flag(plan.replaces), "what is there"), plan.replaces ? "Replaces" : "");
}

} // namespace

Command build_command(Context& context)
{
    auto flags = std::make_shared<BuildFlags>();
    return {"build",
            Section::publishing,
            {{"RECIPE", &flags->recipe, "a recipe (module.toml), or its directory"},
             {"--from " + package_form(), &flags->from, "build this package without a recipe"},
             {"--base BASE", &flags->base, "the base to build on; needed with --from", known(Names::bases)},
             {"--out DIR", &flags->out, "make DIR/APP-ID (default: out)"},
             {"--lock FILE", &flags->lock, "take exactly the packages of this lock file"},
             {"--inputs DIR", &flags->inputs,
              "keep package files and signed lists there for `publish --inputs`; with --lock: take files from there"}},
            Writes{[&context, flags] {
                const auto request = request_of(*flags);
                return Proposal{[&context, request] { return describe(app::plan_build(context.world(), request)); },
                                [&context, request] {
                                    context.show(
                                        describe(app::build_module(context.world(), request), context.options.verbose));
                                },
                                Consent::implied};
            }}};
}

} // namespace qpkg::cli
