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

namespace {

app::SignRequest request_of(const SignFlags& flags)
{
    return {.tbs = flags.tbs,
            .out = flags.out.empty() ? flags.tbs : flags.out,
            .keys = flags.keys,
            .passphrase = std::nullopt,
            .agent = agent_of(flags.ssh_agent)};
}

Document as_lines(const std::string& command, const std::vector<std::string>& review)
{
    Document plan(command);
    for (const auto& line : review) {
        plan.line(line);
    }
    return plan;
}

/// Each file is shown and asked about by itself, and the bytes that were shown are signed.
void sign_here(Context& context, const SignFlags& flags)
{
    auto request = request_of(flags);
    request.passphrase = keys_passphrase(flags.keys, flags.passphrase_file);
    const auto made = app::sign_request(request, [&](const std::vector<std::string>& review) {
        context.show_plan(as_lines(context.command, review));
        return context.agreed("Sign this?");
    });
    show_signatures(context, request.out, made);
}

Proposal propose_asking_a_vault(Context& context, const SignFlags& flags)
{
    const app::AskVaultRequest request{
        .tbs = flags.tbs, .out = flags.out.empty() ? flags.tbs : flags.out, .command = text::split(flags.vault, ' ')};
    const auto plan = [&context, request] {
        std::vector<std::string> names;
        for (const auto& file : app::read_signing_request(request.tbs)) {
            names.push_back(file.file());
        }
        Document out(context.command);
        out.field("out", request.out);
        return out.field("to_sign", names, "The vault would be asked to sign");
    };
    return {plan, [&context, request] { show_signatures(context, request.out, app::ask_vault(request)); },
            Consent::implied};
}

} // namespace

Proposal propose_signing(Context& context, const SignFlags& flags)
{
    if (flags.vault.empty() == flags.keys.empty()) {
        throw Error(Code::usage, "sign: with --keys DIR, or with --vault COMMAND");
    }
    if (!flags.vault.empty()) {
        return propose_asking_a_vault(context, flags);
    }
    const auto plan = [&context, flags] {
        const auto review = app::review_request(request_of(flags));
        return as_lines(context.command, review).field("review", review).field("out", request_of(flags).out);
    };
    return {plan, [&context, flags] { sign_here(context, flags); }, Consent::implied};
}

Command sign_command(Context& context)
{
    auto flags = std::make_shared<SignFlags>();
    return {
        "sign", Section::publishing,
        joined({{"--tbs DIR", &flags->tbs, "the directory that --prepare wrote", required()}}, sign_options(*flags)),
        Writes{[&context, flags] { return propose_signing(context, *flags); }}};
}

} // namespace qpkg::cli
