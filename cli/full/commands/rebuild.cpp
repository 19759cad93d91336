// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/rebuild.hpp"

#include "cli/full/commands.hpp"
#include "cli/passphrase.hpp"

namespace qpkg::cli {
namespace {

struct RebuildFlags {
    app::RebuildRequest request;
    std::filesystem::path passphrase_file;
};

void describe(Document& out, const app::RebuildReport& report)
{
    out.field("app", report.app, "App")
        .field("version", report.version, "Version")
        .field("published", report.published, "Published")
        .field("commit", report.commit, "Built")
        .field("reproduced", report.difference.empty())
        .field("difference", report.difference, "First difference")
        .field("origin_proven", report.origin_doubt.empty())
        .field("origin_doubt", report.origin_doubt, "Origin")
        .field("public_key", report.public_key, "Public key")
        .field("statement", report.statement, "Statement");
}

void rebuild_and_tell(Context& context, RebuildFlags flags)
{
    if (!flags.passphrase_file.empty()) {
        flags.request.passphrase = read_passphrase(flags.passphrase_file);
    }
    const auto report = app::rebuild(context.world(), flags.request);
    Document out("rebuild");
    describe(out, report);
    const auto name = report.app.text() + ' ' + report.version;
    const bool was_to_sign = !flags.request.key.empty() && (report.difference.empty() || flags.request.sign_dissent);
    if (was_to_sign && !report.origin_doubt.empty() && !flags.request.without_origin) {
        context.exit_code = static_cast<int>(Code::untrusted);
        out.done("Failed: " + name + (report.difference.empty() ? " came out as published" : " came out differently") +
                 ", and nothing is signed: its origin is not proven.");
        out.next("To sign it all the same: --without-origin");
    } else if (report.difference.empty()) {
        out.done("Done: " + name + " came out as published.");
    } else {
        context.exit_code = static_cast<int>(Code::corrupt);
        out.done("Failed: " + name + " came out differently.");
    }
    context.show(out);
}

Document plan_of(Context& context, const app::RebuildRequest& request)
{
    const auto known = app::plan_rebuild(context.world(), request);
    const auto& release = known.release;
    Document out("rebuild");
    out.field("app", release.app, "App").field("version", release.version, "Version");
    return out.field("published", release.tree.commit, "Published");
}

} // namespace

Command rebuild_command(Context& context)
{
    auto flags = std::make_shared<RebuildFlags>();
    auto& request = flags->request;
    request.out = ".";
    return {"rebuild",
            Section::publishing,
            {{"APP", &request.app, "the app; its newest release is built again", required(Names::apps)},
             {"--built DIR", &request.built, "compare this result of `qpkg build` instead of building"},
             {"--key FILE", &request.key, "sign the statement with this key file"},
             {"--passphrase-file FILE", &flags->passphrase_file, "read its passphrase from the first line"},
             {"--out DIR", &request.out, "write DIR/attest/... (the current directory)"},
             {"--without-origin", &request.without_origin,
              "sign also where nobody can say that the packages were the distribution's"},
             {"--sign-dissent", &request.sign_dissent, "sign also that something else came out"}},
            Writes{[&context, flags] {
                return Proposal{[&context, flags] { return plan_of(context, flags->request); },
                                [&context, flags] { rebuild_and_tell(context, *flags); }, Consent::implied};
            }}};
}

} // namespace qpkg::cli
