// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/rebuild.hpp"

#include "cli/full/commands.hpp"
#include "cli/passphrase.hpp"

namespace qpkg::cli {
namespace {

struct Flags {
    app::RebuildRequest request;
    std::filesystem::path passphrase_file;
};

void describe(Document& out, const app::RebuildReport& report)
{
    out.field("app", text(report.app.text()), "App")
        .field("version", text(report.version), "Version")
        .field("published", text(report.published.hex()), "Published")
        .field("commit", text(report.commit.hex()), "Built")
        .field("reproduced", flag(report.difference.empty()))
        .field("difference", text(report.difference), report.difference.empty() ? "" : "First difference")
        .field("public_key", text(report.public_key), report.public_key.empty() ? "" : "Public key")
        .field("statement", text(report.statement.string()), report.statement.empty() ? "" : "Statement");
}

void run(Context& context, Flags flags)
{
    if (!flags.passphrase_file.empty()) {
        flags.request.passphrase = read_passphrase(flags.passphrase_file);
    }
    const auto report = app::rebuild(context.world(), flags.request);
    Document out("rebuild");
    describe(out, report);
    const auto name = report.app.text() + ' ' + report.version;
    if (report.difference.empty()) {
        out.done("Done: " + name + " came out as published.");
    } else {
        context.exit_code = static_cast<int>(Code::corrupt);
        out.done("Failed: " + name + " came out differently.");
    }
    context.show(out);
}

} // namespace

void add_rebuild(CLI::App& app, Context& context)
{
    auto flags = std::make_shared<Flags>();
    flags->request.out = ".";
    auto* command = add_command(app, context, "rebuild", "rebuild", [&context, flags] { run(context, *flags); });
    command->add_option("APP", flags->request.app, "the app; its newest release is built again")->required();
    command->add_option("--built", flags->request.built, "compare this result of `qpkg build` instead of building")
        ->type_name("DIR");
    command->add_option("--key", flags->request.key, "sign the statement with this key file")->type_name("FILE");
    command->add_option("--passphrase-file", flags->passphrase_file, "read its passphrase from the first line")
        ->type_name("FILE");
    command->add_option("--out", flags->request.out, "write DIR/attest/... (the current directory)")->type_name("DIR");
    command->add_flag("--sign-dissent", flags->request.sign_dissent, "sign also that something else came out");
}

} // namespace qpkg::cli
