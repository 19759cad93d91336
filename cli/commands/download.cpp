// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/role.hpp"
#include "cli/upgrading.hpp"

namespace qpkg::cli {
namespace {

struct DownloadFlags {
    std::vector<std::string> apps;
    std::vector<std::string> into;
    std::vector<std::string> in;
    std::string channel = "stable";
};

Proposal download_install(Context& context, const DownloadFlags& flags)
{
    auto request = std::make_shared<app::InstallRequest>();
    request->apps = flags.apps;
    request->into.names = flags.into;
    request->channel = flags.channel;
    request->reason = context.typed;
    request->reach = context.reach();
    return propose_download(
        context, [&context, request] { return app::prepare_install(context.world(), *request); },
        "it is here already.");
}

Proposal download_upgrade(Context& context, const DownloadFlags& flags)
{
    app::UpgradeRequest request;
    request.apps = flags.apps;
    request.in.names = flags.in;
    request.reason = context.typed;
    request.reach = context.reach();
    return propose_download_of_upgrade(context, request);
}

} // namespace

Proposal propose_download_of_upgrade(Context& context, const app::UpgradeRequest& request)
{
    const auto bring = [&context, request] {
        return propose_download(
            context, [&context, request] { return app::prepare_upgrade(context.world(), request); },
            "everything that an upgrade needs is here.");
    };
    auto rebuilding = propose_rebuilding(context, request, bring);
    return rebuilding ? *std::move(rebuilding) : bring();
}

Command download_command(Context& context)
{
    auto flags = std::make_shared<DownloadFlags>();
    return {
        "download",
        Section::apps,
        {{"APP", &flags->apps, "apps by name or full id; none: all that is installed", known(Names::apps)},
         {"--into QUBE", &flags->into, "what an install into this qube would need; repeatable", known(Names::qubes)},
         {"--in QUBE", &flags->in, "what an upgrade of this qube alone would need; repeatable", known(Names::qubes)},
         {"--channel NAME", &flags->channel, "the release channel, with --into"}},
        Writes{[&context, flags] {
            keep_own_fresh(context);
            return flags->into.empty() ? download_upgrade(context, *flags) : download_install(context, *flags);
        }}};
}

} // namespace qpkg::cli
