// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/rotate.hpp"

#include "app/publish/keys.hpp"
#include "cli/passphrase.hpp"
#include "cli/terminal.hpp"
#include "signing/words.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

std::string closing_words(const app::PublishReport& report, const std::string& role)
{
    return report.prepared.empty()
               ? "role " + role + " has its new keys, " + report.repository.string() + " is signed with them"
               : "nothing is published yet, " + text::join(report.prepared, ", ") + " wait for signatures";
}

} // namespace

trust::PublicKey public_key_of(const std::string& word)
{
    if (const auto bytes = Digest::from_hex(word)) {
        return trust::PublicKey(bytes->bytes());
    }
    return trust::KeyFile::read(word).public_key();
}

std::optional<std::string> keys_passphrase(const std::filesystem::path& keys, const std::filesystem::path& file)
{
    if (!file.empty()) {
        return read_passphrase(file);
    }
    return app::needs_passphrase(keys) ? std::optional(ask_passphrase("passphrase of the keys in " + keys.string()))
                                       : std::nullopt;
}

void tell_next(Document& document, const std::string& prepared, const std::string& repository)
{
    document.next("Where the keys are: qpkg sign --tbs " + prepared + " --keys DIR");
    document.next("Then here: qpkg publish --attach " + prepared + " --repo " + repository + " --keys DIR");
}

void add_agent_option(CLI::App& command, app::Agent& agent)
{
    command.add_flag_callback(
        "--ssh-agent", [&agent] { agent = app::Agent::ssh; }, "use the keys of the running ssh-agent too");
}

void add_rotate_options(CLI::App& command, RotateFlags& flags)
{
    add_agent_option(command, flags.agent);
    command.add_option("--repo", flags.repository, "the repository, a directory")->required()->type_name("DIR");
    command.add_option("--keys", flags.keys, "the directory of keys")->required()->type_name("DIR");
    command.add_option("--passphrase-file", flags.passphrase_file, "read the passphrase from its first line")
        ->type_name("FILE");
    command.add_option("--add", flags.add, "a new key: its file, or the 64 hex digits of its public half; repeatable")
        ->type_name("KEY")
        ->allow_extra_args(false);
    command.add_option("--remove", flags.remove, "the id of a key, or its first 8 digits; repeatable")
        ->type_name("ID")
        ->allow_extra_args(false);
    command.add_option("--threshold", flags.threshold, "how many signatures the role needs from now on")
        ->type_name("N");
    command.add_option("--prepare", flags.prepare, "write what other keys are to sign, publish nothing")
        ->type_name("DIR");
}

void rotate(Context& context, const RotateFlags& flags)
{
    app::KeyChange change{.role = flags.role, .remove = flags.remove, .add = {}, .threshold = flags.threshold};
    for (const auto& word : flags.add) {
        change.add.push_back(public_key_of(word));
    }
    if (change.add.empty() && change.remove.empty() && !change.threshold) {
        throw Error(Code::usage, "change the keys of " + flags.role + ": nothing to change",
                    "say what with --add, --remove or --threshold");
    }
    app::PublishRequest request{.modules = {},
                                .withdrawals = {},
                                .repository = flags.repository,
                                .keys = flags.keys,
                                .passphrase = keys_passphrase(flags.keys, flags.passphrase_file),
                                .command = context.typed,
                                .agent = flags.agent,
                                .key_change = std::move(change),
                                .prepare = flags.prepare};
    const auto report = app::publish(context.world(), request);
    Document document(context.command);
    document.field("repository", text(report.repository.string()));
    document.field("role", text(flags.role), "Role");
    document.field("root_version", number(report.root_version), "Root version");
    document.field("fingerprint", text(report.fingerprint), "Root fingerprint");
    document.field("fingerprint_words", text(trust::fingerprint_words(report.fingerprint)), "In words");
    document.field("version", number(report.version), "Index");
    document.field("prepared", list(report.prepared), report.prepared.empty() ? "" : "To be signed");
    if (report.refused.empty()) {
        document.done("Done: " + closing_words(report, flags.role) + '.');
    } else {
        context.exit_code = static_cast<int>(Code::untrusted);
        document.done("Failed: " + closing_words(report, flags.role) +
                      ", but clients refuse it: " + qpkg::text::join(report.refused, "; ") + '.');
    }
    if (!report.prepared.empty()) {
        tell_next(document, flags.prepare->string(), flags.repository.string());
    }
    context.show(document);
}

} // namespace qpkg::cli
