// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/mirror.hpp"

#include "cli/full/commands.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

Document describe(const app::MirrorRequest& request, const app::MirrorReport& report)
{
    Document out("mirror-sync");
    out.field("mirror", request.to);
    out.field("source", report.source, "From");
    out.field("fingerprint", report.fingerprint, "Root fingerprint");
    out.field("first", report.first);
    out.field("changed", report.changed);
    out.field("index", report.index, "Index");
    out.field("expires", time(report.expires), "Sync again before");
    out.field("releases", report.releases, "Releases");
    return out.field("skipped", report.skipped, "Skipped");
}

void sync(Context& context, const app::MirrorRequest& request)
{
    const auto report = app::sync_mirror(context.world(), request);
    auto out = describe(request, report);
    out.field("fetched_objects", report.fetched_objects);
    out.field("fetched_bytes", size(report.fetched_bytes), "Fetched");
    out.field("pruned", size(report.pruned), report.pruned > 0 ? "Given back" : "");
    if (!report.changed) {
        context.show_unchanged(out.done("Done: " + request.to.string() + " is already current."));
        return;
    }
    out.done("Done: " + request.to.string() + " holds index " + std::to_string(report.index) + " with " +
             std::to_string(report.releases) + (report.releases == 1 ? " release." : " releases."));
    if (report.first && !request.fingerprint) {
        out.next("It was mirrored for the first time: compare the fingerprint with what the publisher says");
    }
    context.show(out);
}

Proposal propose_sync(Context& context, app::MirrorRequest request)
{
    request.command = context.typed;
    return {[&context, request] { return describe(request, app::plan_mirror(context.world(), request)); },
            [&context, request] { sync(context, request); }, Consent::implied};
}

std::vector<Option> options_of(app::MirrorRequest& request, Options& options)
{
    return {
        {"LOCATION", &request.from, "http(s) URLs or directories of one repository, asked in turn", required()},
        {"--to DIR", &request.to, "the mirror, a directory", required()},
        {"--fingerprint HEX", &request.fingerprint, "the root fingerprint the publisher told you"},
        {"--app APP", &request.apps, "only this app; repeatable", each_one_word(Names::apps)},
        {"--channel NAME", &request.channels, "only releases of this channel; repeatable", each_one_word()},
        {"--for INVENTORY", &request.fleet, "what that machine has installed; repeatable", each_one_word()},
        {"--newest", &request.newest, "leave out releases that a newer one replaces"},
        {"--inputs", &request.inputs, "with the packages that they were built from, where the repository keeps them"},
        {"--proxy URL", &options.proxy, "socks5h://HOST:PORT or http://HOST:PORT (http_proxy, all_proxy)"},
        {"--timeout SECONDS", &options.stall_seconds, "give a silent server up after this long (30)", between(1, 3600)},
    };
}

void verify(Context& context, const std::string& directory)
{
    const auto verdict = app::verify_mirror(context.world(), directory);
    using app::MirroredRelease;
    const auto result = [](const MirroredRelease& release) {
        const auto words = !release.problem.empty() ? release.problem : release.present ? "ok" : "left out";
        return shown_as(text(release.problem), words);
    };
    const auto damaged =
        std::ranges::count_if(verdict.releases, [](const auto& release) { return !release.problem.empty(); });
    Document out("mirror-verify");
    out.table("releases", verdict.releases, column("app", "APP", &MirroredRelease::app),
              column("version", "VERSION", &MirroredRelease::version),
              column("channel", "CHANNEL", &MirroredRelease::channel),
              column("sequence", "", &MirroredRelease::sequence), column("present", "", &MirroredRelease::present),
              column("problem", "RESULT", result));
    out.field("fingerprint", verdict.fingerprint, "Root fingerprint");
    out.field("index", verdict.index, "Index");
    out.field("expires", time(verdict.expires), "Expires");
    out.field("damaged", number(static_cast<std::uint64_t>(damaged)));
    if (damaged > 0) {
        context.exit_code = static_cast<int>(Code::corrupt);
        out.done("Failed: " + std::to_string(damaged) + " of " + std::to_string(verdict.releases.size()) +
                 " releases are damaged.");
    } else {
        out.done("Done: everything that is in " + directory + " is as it was signed.");
    }
    context.show(out);
}

} // namespace

Command mirror_sync_command(Context& context)
{
    auto request = std::make_shared<app::MirrorRequest>();
    return {"mirror sync", Section::sources, options_of(*request, context.options),
            Writes{[&context, request] { return propose_sync(context, *request); }}};
}

Command mirror_verify_command(Context& context)
{
    auto directory = std::make_shared<std::string>();
    return {"mirror verify",
            Section::sources,
            {{"DIR", directory.get(), "a mirror, or any repository directory", required()}},
            Reads{[&context, directory] { verify(context, *directory); }}};
}

} // namespace qpkg::cli
