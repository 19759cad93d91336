// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/build.hpp"

#include "app/make/sources.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/package_sources.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

struct Flags {
    std::string recipe;
    std::string from;
    std::string base;
    std::filesystem::path out = "out";
    std::filesystem::path lock;
};

std::string package_form() { return qpkg::app::named_package_form(package_sources()); }

app::BuildRequest request_of(const Flags& flags)
{
    if (flags.recipe.empty() == flags.from.empty()) {
        throw Error(Code::usage, "build takes a recipe, or --from " + package_form(), "see `qpkg build --help`");
    }
    if (!flags.from.empty() && !qpkg::app::named_package(package_sources(), flags.from)) {
        throw Error(Code::usage, "--from \"" + text::escaped(flags.from) + "\": expected " + package_form());
    }
    return {flags.recipe.empty() ? flags.from : flags.recipe, flags.base, flags.out, flags.lock};
}

std::string count_of(std::size_t number, const std::string& thing)
{
    return std::to_string(number) + ' ' + thing + (number == 1 ? "" : "s");
}

Document describe(const app::BuildReport& report)
{
    const auto& release = report.release;
    std::vector<std::string> commands;
    for (const auto& made : release.exports) {
        if (made.kind == ExportKind::command) {
            commands.push_back(made.name);
        }
    }
    std::vector<std::vector<Value>> findings;
    for (const auto& finding : report.findings) {
        findings.push_back({text(finding.rule), text(finding.path), text(finding.detail)});
    }
    Document document("build");
    document.field("app", text(release.app.text()), "App")
        .field("version", text(release.version), "Version")
        .field("description", text(release.summary), "Summary")
        .field("base", text(release.base.text()), "Base")
        .field("packages", number(release.packages.size()), "Packages")
        .field("commands", list(commands), "Commands")
        .field("size", size(release.tree.size), "Size")
        .field("download", size(release.tree.archive_size), "Download")
        .field("commit", text(release.tree.commit.hex()), "Commit")
        .field("volume", text(release.volume.root.hex()), "Volume")
        .field("tests", shown_as(number(report.tests), count_of(report.tests, "test") + " passed"), "Tests")
        .field("directory", text(report.directory.string()));
    if (!findings.empty()) {
        document.line("Findings:");
    }
    document.table("findings", {{"rule", "RULE"}, {"path", "PATH"}, {"detail", "WHAT"}}, std::move(findings));
    document.done("Done: " + release.app.text() + ' ' + release.version + " is in " + report.directory.string() + ", " +
                  count_of(report.findings.size(), "finding") + '.');
    document.next("To publish it: qpkg publish " + report.directory.string() + " --repo DIR --keys DIR");
    return document;
}

} // namespace

void add_build(CLI::App& app, Context& context)
{
    auto flags = std::make_shared<Flags>();
    auto* command = add_command(app, context, "build", "build", [&context, flags] {
        const auto request = request_of(*flags);
        if (context.options.dry_run) {
            throw Error(Code::usage, "a build has no dry run: it changes nothing but the directory of --out");
        }
        context.show(describe(qpkg::app::build_module(context.world(), request)));
    });
    command->add_option("RECIPE", flags->recipe, "a recipe (module.toml), or its directory");
    command->add_option("--from", flags->from, "build this package without a recipe")->type_name(package_form());
    command->add_option("--base", flags->base, "the base to build on; needed with --from")->type_name("BASE");
    command->add_option("--out", flags->out, "make DIR/APP-ID (default: out)")->type_name("DIR");
    command->add_option("--lock", flags->lock, "take exactly the packages of this lock file")->type_name("FILE");
}

} // namespace qpkg::cli
