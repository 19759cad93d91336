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
    std::vector<std::vector<Value>> rows;
    for (const auto& remote : report.remotes) {
        out.line("[remote \"" + remote.name + "\"]");
        out.line("url=" + report.url);
        out.line("collection-id=" + remote.collection);
        out.line("gpg-verify=false");
        out.line("sign-verify=ed25519");
        out.line(std::string("sign-verify-summary=") + (report.verifies_summary ? "true" : "false"));
        out.line("verification-ed25519-key=" + remote.key);
        rows.push_back({text(remote.name), text(remote.name_space), text(remote.collection), text(remote.key)});
    }
    out.field("url", text(report.url));
    out.field("fingerprint", text(report.fingerprint));
    out.field("sign_verify_summary", flag(report.verifies_summary));
    return out.table("remotes", {{"name", ""}, {"namespace", ""}, {"collection_id", ""}, {"key", ""}}, std::move(rows));
}

} // namespace

void add_repo_stock_config(CLI::App& group, Context& context)
{
    auto request = std::make_shared<app::StockRequest>();
    auto* command = add_command(group, context, "stock-config", "repo-stock-config", [&context, request] {
        context.show(describe(app::stock_configuration(context.world(), *request)));
    });
    command->add_option("SITE", request->site, "a trusted repository's name, a directory or an http(s) URL")
        ->required();
    command->add_option("--name", request->name, "what ostree shall call it (qpkg)")->type_name("NAME");
    command->add_option("--fingerprint", request->fingerprint, "the root fingerprint the publisher told you")
        ->type_name("HEX");
}

} // namespace qpkg::cli
