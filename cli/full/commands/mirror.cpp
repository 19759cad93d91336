// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/mirror.hpp"

#include "cli/full/commands.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

void sync(Context& context, app::MirrorRequest& request)
{
    if (context.options.dry_run) {
        throw Error(Code::usage, "a mirror has no dry run");
    }
    request.command = context.typed;
    const auto report = app::sync_mirror(context.world(), request);
    Document out("mirror-sync");
    out.field("mirror", text(request.to.string()));
    out.field("source", text(report.source), "From");
    out.field("fingerprint", text(report.fingerprint), "Root fingerprint");
    out.field("first", flag(report.first));
    out.field("changed", flag(report.changed));
    out.field("index", number(report.index), "Index");
    out.field("expires", time(report.expires), "Sync again before");
    out.field("releases", number(report.releases), "Releases");
    out.field("fetched_objects", number(report.fetched_objects));
    out.field("fetched_bytes", size(report.fetched_bytes), "Fetched");
    out.field("skipped", list(report.skipped), report.skipped.empty() ? "" : "Passed by");
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

void add_sync(CLI::App& group, Context& context)
{
    auto request = std::make_shared<app::MirrorRequest>();
    auto* command =
        add_command(group, context, "sync", "mirror-sync", [&context, request] { sync(context, *request); });
    command->add_option("LOCATION", request->from, "http(s) URLs or directories of one repository, asked in turn")
        ->required();
    command->add_option("--to", request->to, "the mirror, a directory")->required()->type_name("DIR");
    command->add_option("--fingerprint", request->fingerprint, "the root fingerprint the publisher told you")
        ->type_name("HEX");
    const auto repeatable = [&](const char* name, auto& values, const char* type, const char* words) {
        command->add_option(name, values, words)->type_name(type)->allow_extra_args(false);
    };
    repeatable("--app", request->apps, "APP", "only this app; repeatable");
    repeatable("--channel", request->channels, "NAME", "only releases of this channel; repeatable");
    repeatable("--for", request->fleet, "INVENTORY", "what that machine has installed; repeatable");
    command->add_flag("--newest", request->newest, "leave out releases that a newer one replaces");
    command
        ->add_option("--proxy", context.options.proxy,
                     "socks5h://HOST:PORT or http://HOST:PORT (http_proxy, all_proxy)")
        ->type_name("URL");
    command->add_option("--timeout", context.options.stall_seconds, "give a silent server up after this long (30)")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600));
}

void verify(Context& context, const std::string& directory)
{
    const auto verdict = app::verify_mirror(context.world(), directory);
    std::vector<std::vector<Value>> rows;
    for (const auto& release : verdict.releases) {
        const auto words = !release.problem.empty() ? release.problem : release.present ? "ok" : "left out";
        rows.push_back({text(release.app), text(release.version), text(release.channel), number(release.sequence),
                        flag(release.present), shown_as(text(release.problem), words)});
    }
    const auto damaged =
        std::ranges::count_if(verdict.releases, [](const auto& release) { return !release.problem.empty(); });
    Document out("mirror-verify");
    out.table("releases",
              {{"app", "APP"},
               {"version", "VERSION"},
               {"channel", "CHANNEL"},
               {"sequence", ""},
               {"present", ""},
               {"problem", "RESULT"}},
              std::move(rows));
    out.field("fingerprint", text(verdict.fingerprint), "Root fingerprint");
    out.field("index", number(verdict.index), "Index");
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

void add_mirror(CLI::App& app, Context& context)
{
    auto* group = app.add_subcommand("mirror");
    group->require_subcommand(1);
    group->fallthrough();
    add_sync(*group, context);
    auto directory = std::make_shared<std::string>();
    auto* command =
        add_command(*group, context, "verify", "mirror-verify", [&context, directory] { verify(context, *directory); });
    command->add_option("DIR", *directory, "a mirror, or any repository directory")->required();
}

} // namespace qpkg::cli
