// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/vault.hpp"

#include "app/world.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/full/vault_policy.hpp"
#include "cli/patience.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <unistd.h>

#include <iostream>
#include <variant>

namespace qpkg::cli {
namespace {

struct VaultFlags {
    std::filesystem::path vault;
    std::filesystem::path passphrase_file;
    app::Patience patience;
};

/// What was asked, or why that cannot be told: a refusal then, which is recorded.
std::variant<std::string, Error> read_request(const app::Patience& patience)
{
    try {
        return app::read_stream(STDIN_FILENO, app::largest_signing_stream, patience);
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        return error;
    }
}

/// The owner's program is shown the difference; only status 0 is a yes.
bool ask_owner(const std::vector<std::string>& program, const std::vector<std::string>& difference)
{
    return run({.argv = program, .input = text::join(difference, "\n") + "\n"}).status == 0;
}

/// Standard output is the other machine's.
void serve(Context& context, const VaultFlags& flags)
{
    const auto policy = load_vault_policy(flags.vault / "policy.toml");
    const auto asked = read_request(flags.patience);
    const auto lock = context.lock(); // not before: who asks may take its time
    const auto keys = flags.vault / "keys";
    const app::VaultRequest vault{
        .keys = keys,
        .passphrase = keys_passphrase(keys, flags.passphrase_file),
        .policy = policy,
        .agreed = [&](const std::vector<std::string>& difference) { return ask_owner(policy.ask, difference); }};
    std::cout << app::answer_request(context.world().trust, context.world().clock, vault, [&] {
        if (const auto* failure = std::get_if<Error>(&asked)) {
            throw Error(*failure);
        }
        return std::get<std::string>(asked);
    });
    if (!std::cout.flush()) {
        throw Error(Code::failed, "write the answer to standard output");
    }
}

/// What the owner would be shown.
Document plan_answer(Context& context, const VaultFlags& flags)
{
    const app::VaultRequest vault{.keys = flags.vault / "keys",
                                  .passphrase = std::nullopt,
                                  .policy = load_vault_policy(flags.vault / "policy.toml"),
                                  .agreed = {}};
    const auto asked = app::read_stream(STDIN_FILENO, app::largest_signing_stream, flags.patience);
    auto& world = context.world();
    const auto difference = app::examine_request(world.trust, world.clock, vault, asked);
    Document plan(context.command);
    for (const auto& line : difference) {
        plan.line(line);
    }
    return plan.field("difference", difference);
}

Proposal propose_answer(Context& context, const VaultFlags& flags)
{
    context.options.root = flags.vault / "state";
    return {[&context, flags] { return plan_answer(context, flags); }, [&context, flags] { serve(context, flags); },
            Consent::implied};
}

void show_log(Context& context, const VaultFlags& flags)
{
    context.options.root = flags.vault / "state";
    Document result(context.command);
    result.table("events", context.world().trust.events(), column("time", "TIME", &TrustEvent::time, text::iso_time),
                 column("what", "WHAT", &TrustEvent::what));
    context.show(result);
}

Option vault_option(VaultFlags& flags)
{
    return {"--vault DIR", &flags.vault, "directory with policy.toml and keys/", required()};
}

} // namespace

Command vault_serve_command(Context& context)
{
    auto flags = std::make_shared<VaultFlags>();
    auto options = joined({passphrase_option(flags->passphrase_file)}, patience_options(flags->patience));
    options.push_back(vault_option(*flags));
    return {"vault serve", Section::publishing, std::move(options),
            Writes{[&context, flags] { return propose_answer(context, *flags); }}};
}

Command vault_log_command(Context& context)
{
    auto flags = std::make_shared<VaultFlags>();
    return {"vault log", Section::publishing, {vault_option(*flags)}, Reads{[&context, flags] {
                show_log(context, *flags);
            }}};
}

} // namespace qpkg::cli
