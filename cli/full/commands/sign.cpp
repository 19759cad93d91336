// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/sign.hpp"

#include "app/publish/signing_request.hpp"
#include "app/publish/vault.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::cli {

void add_sign_options(CLI::App& command, SignFlags& flags)
{
    add_agent_option(command, flags.agent);
    command.add_option("--out", flags.out, "where the signatures go; beside the files when it is not said")
        ->type_name("DIR");
    command.add_option("--keys", flags.keys, "the directory of keys")->type_name("DIR");
    command.add_option("--vault", flags.vault, "a command that reaches a vault, which signs instead of this machine")
        ->type_name("COMMAND");
    command.add_option("--passphrase-file", flags.passphrase_file, "read the passphrase from its first line")
        ->type_name("FILE");
}

namespace {

void show_signatures(Context& context, const std::filesystem::path& out, const std::vector<app::MadeSignature>& made)
{
    Document result(context.command);
    std::vector<std::vector<Value>> rows;
    for (const auto& signature : made) {
        rows.push_back({text(signature.file), text(signature.key.hex())});
    }
    result.table("signatures", {{"file", "FILE"}, {"key", "SIGNED BY"}}, std::move(rows));
    result.field("out", text(out.string()));
    result.done("Done: " + std::to_string(made.size()) + (made.size() == 1 ? " signature" : " signatures") + " in " +
                out.string() + '.');
    context.show(result);
}

} // namespace

void sign(Context& context, const SignFlags& flags)
{
    if (flags.vault.empty() == flags.keys.empty()) {
        throw Error(Code::usage, "sign: with --keys DIR, or with --vault COMMAND");
    }
    const auto out = flags.out.empty() ? flags.tbs : flags.out;
    if (!flags.vault.empty()) {
        const auto command = text::split(flags.vault, ' ');
        show_signatures(context, out, app::ask_vault({.tbs = flags.tbs, .out = out, .command = command}));
        return;
    }
    const app::SignRequest request{.tbs = flags.tbs,
                                   .out = out,
                                   .keys = flags.keys,
                                   .passphrase = keys_passphrase(flags.keys, flags.passphrase_file),
                                   .agent = flags.agent};
    const auto made = app::sign_request(request, [&](const std::vector<std::string>& review) {
        Document plan(context.command);
        for (const auto& line : review) {
            plan.line(line);
        }
        context.show_plan(plan);
        return context.agreed("Sign this?");
    });
    show_signatures(context, out, made);
}

void add_sign(CLI::App& app, Context& context)
{
    auto flags = std::make_shared<SignFlags>();
    auto* command = add_command(app, context, "sign", "sign", [&context, flags] { sign(context, *flags); });
    command->add_option("--tbs", flags->tbs, "the directory that --prepare wrote")->required()->type_name("DIR");
    add_sign_options(*command, *flags);
}

} // namespace qpkg::cli
