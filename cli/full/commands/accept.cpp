// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/acceptance.hpp"
#include "cli/full/commands.hpp"
#include "cli/patience.hpp"

namespace qpkg::cli {
namespace {

struct AcceptFlags {
    std::vector<std::string> builds;
    std::string app;
    std::string base;
    std::vector<std::string> first_names;
    std::vector<std::string> services;
    std::filesystem::path out;
    app::Patience patience;
};

app::AcceptRequest request_of(const AcceptFlags& flags)
{
    return {.builds = flags.builds,
            .asked = {AppId::require(flags.app),
                      BaseId::require(flags.base),
                      {flags.first_names.begin(), flags.first_names.end()},
                      {flags.services.begin(), flags.services.end()}},
            .out = flags.out,
            .patience = flags.patience};
}

Document plan_of(const AcceptFlags& flags)
{
    const auto request = request_of(flags);
    Document out("accept");
    out.field("app", request.asked.app, "App");
    out.field("base", request.asked.base, "On");
    out.field("first_names", flags.first_names, "May ask first for");
    return out.field("services", flags.services, "May bring");
}

void accept(Context& context, const AcceptFlags& flags)
{
    context.make_state_directory();
    const auto report = app::accept_builds(context.world(), request_of(flags));
    auto out = plan_of(flags);
    out.field("version", report.release.version, "Version");
    out.field("commit", report.release.tree.commit, "Commit");
    out.field("directory", report.directory, "Directory");
    out.done("Done: " + std::to_string(flags.builds.size()) + " builds of " + report.release.app.text() + ' ' +
             report.release.version + " are alike.");
    context.show(out.next("To publish it: qpkg publish " + report.directory.string()));
}

} // namespace

Command accept_command(Context& context)
{
    auto flags = std::make_shared<AcceptFlags>();
    return {
        "accept", Section::publishing,
        joined({{"BUILD",
                 &flags->builds,
                 "a tar of what `qpkg build` left, as a file or pipe; two or more",
                 {.required = true}},
                {"--app ID", &flags->app, "the app that was asked for", required()},
                {"--base BASE", &flags->base, "the base that it was asked for", required(Names::bases)},
                {"--first NAME", &flags->first_names, "a name that it may ask for first; repeatable", each_one_word()},
                {"--service NAME", &flags->services, "a service that it may bring, or first-start; repeatable",
                 each_one_word()},
                {"--out DIR", &flags->out, "receives DIR/ID for `qpkg publish`", required()}},
               patience_options(flags->patience)),
        Writes{[&context, flags] {
            return Proposal{[flags] { return plan_of(*flags); }, [&context, flags] { accept(context, *flags); },
                            Consent::implied};
        }}};
}

} // namespace qpkg::cli
