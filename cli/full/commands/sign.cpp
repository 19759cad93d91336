// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/sign.hpp"

#include "app/publish/signing_request.hpp"
#include "app/publish/vault.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::cli {

std::vector<Option> sign_options(SignFlags& flags)
{
    return {agent_option(flags.ssh_agent),
            {"--out DIR", &flags.out, "where the signatures go; beside the files when it is not said"},
            {"--keys DIR", &flags.keys, "the directory of keys"},
            {"--vault COMMAND", &flags.vault, "a command that reaches a vault, which signs instead of this machine"},
            passphrase_option(flags.passphrase_file)};
}

namespace {

void show_signatures(Context& context, const std::filesystem::path& out, const std::vector<app::MadeSignature>& made)
{
    Document result(context.command);
    result.table("signatures", made, column("file", "FILE", &app::MadeSignature::file),
                 column("key", "SIGNED BY", &app::MadeSignature::key));
    result.field("out", out);
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
                                   .agent = agent_of(flags.ssh_agent)};
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

Command sign_command(Context& context)
{
    auto flags = std::make_shared<SignFlags>();
    return {
        "sign", Section::publishing,
        joined({{"--tbs DIR", &flags->tbs, "the directory that --prepare wrote", required()}}, sign_options(*flags)),
        [&context, flags] { sign(context, *flags); }};
}

} // namespace qpkg::cli
