// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/stock.hpp"
#include "cli/full/commands.hpp"

namespace qpkg::cli {
namespace {

Document describe(const app::StockReport& report)
{
    Document out("repo-stock-config");
    out.line("# Add this to the config file of an ostree repository. Root fingerprint of the site:");
    out.line("# " + report.fingerprint);
    for (const auto& remote : report.remotes) {
        out.line("[remote \"" + remote.name + "\"]");
        out.line("url=" + report.url);
        out.line("collection-id=" + remote.collection);
        out.line("gpg-verify=false");
        out.line("sign-verify=ed25519");
        out.line(std::string("sign-verify-summary=") + (report.verifies_summary ? "true" : "false"));
        out.line("verification-ed25519-key=" + remote.key);
    }
    out.field("url", report.url);
    out.field("fingerprint", report.fingerprint);
    out.field("sign_verify_summary", report.verifies_summary);
    using app::StockRemote;
    return out.table("remotes", report.remotes, column("name", "", &StockRemote::name),
                     column("namespace", "", &StockRemote::name_space),
                     column("collection_id", "", &StockRemote::collection), column("key", "", &StockRemote::key));
}

} // namespace

Command repo_stock_config_command(Context& context)
{
    auto request = std::make_shared<app::StockRequest>();
    return {
        "repo stock-config",
        Section::sources,
        {{"SITE", &request->site, "a trusted repository's name, a directory or an http(s) URL",
          required(Names::repositories)},
         {"--name NAME", &request->name, "what ostree shall call it (qpkg)"},
         {"--fingerprint HEX", &request->fingerprint, "the root fingerprint the publisher told you"}},
        Reads{[&context, request] { context.show(describe(app::stock_configuration(context.world(), *request))); }}};
}

} // namespace qpkg::cli
