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

Option repository_option(std::filesystem::path& repository)
{
    return {"--repo DIR", &repository, "the repository, a directory", required()};
}

Option passphrase_option(std::filesystem::path& file)
{
    return {"--passphrase-file FILE", &file, "read the passphrase from its first line"};
}

Option agent_option(bool& is_used) { return {"--ssh-agent", &is_used, "use the keys of the running ssh-agent too"}; }

app::Agent agent_of(bool is_used) { return is_used ? app::Agent::ssh : app::Agent::none; }

std::vector<Option> rotate_options(RotateFlags& flags)
{
    return {agent_option(flags.ssh_agent),
            repository_option(flags.repository),
            {"--keys DIR", &flags.keys, "the directory of keys", required()},
            passphrase_option(flags.passphrase_file),
            {"--add KEY", &flags.add, "a new key: its file, or the 64 hex digits of its public half; repeatable",
             each_one_word()},
            {"--remove ID", &flags.remove, "the id of a key, or its first 8 digits; repeatable", each_one_word()},
            {"--threshold N", &flags.threshold, "how many signatures the role needs from now on"},
            {"--prepare DIR", &flags.prepare, "write what other keys are to sign, publish nothing"}};
}

namespace {

app::PublishRequest request_of(const RotateFlags& flags, const std::string& typed)
{
    app::KeyChange change{.role = flags.role, .remove = flags.remove, .add = {}, .threshold = flags.threshold};
    for (const auto& word : flags.add) {
        change.add.push_back(public_key_of(word));
    }
    if (change.add.empty() && change.remove.empty() && !change.threshold) {
        throw Error(Code::usage, "change the keys of " + flags.role + ": nothing to change",
                    "say what with --add, --remove or --threshold");
    }
    return {.modules = {},
            .withdrawals = {},
            .repository = flags.repository,
            .keys = flags.keys,
            .passphrase = std::nullopt,
            .command = typed,
            .agent = agent_of(flags.ssh_agent),
            .key_change = std::move(change),
            .prepare = flags.prepare};
}

Document describe(const app::PublishReport& report, const RotateFlags& flags, const std::string& command)
{
    Document document(command);
    document.field("repository", report.repository);
    document.field("role", flags.role, "Role");
    document.field("root_version", report.root_version, "Root version");
    document.field("fingerprint", report.fingerprint, "Root fingerprint");
    document.field("fingerprint_words", text(trust::fingerprint_words(report.fingerprint)), "In words");
    document.field("version", report.version, "Index");
    return document.field("prepared", report.prepared, "To be signed");
}

void rotate(Context& context, const RotateFlags& flags, app::PublishRequest request)
{
    request.passphrase = keys_passphrase(flags.keys, flags.passphrase_file);
    const auto report = app::publish(context.world(), request);
    auto document = describe(report, flags, context.command);
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

} // namespace

Proposal propose_rotation(Context& context, const RotateFlags& flags)
{
    const auto request = request_of(flags, context.typed);
    const auto plan = [&context, flags, request] {
        return describe(app::plan_publication(app::publisher_ports(context.world()), request), flags, context.command);
    };
    return {plan, [&context, flags, request] { rotate(context, flags, request); }, Consent::implied};
}

} // namespace qpkg::cli
