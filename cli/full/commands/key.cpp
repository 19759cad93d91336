// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/keys.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/passphrase.hpp"
#include "cli/terminal.hpp"
#include "signing/words.hpp"

namespace qpkg::cli {
namespace {

struct KeyFlags {
    std::filesystem::path out;
    std::filesystem::path passphrase_file;
    std::vector<std::string> names;
    bool no_passphrase = false;
};

Document describe(const app::KeysReport& report, const std::string& command)
{
    Document document(command);
    document.field("directory", report.directory, "Keys in");
    if (!report.fingerprint.empty()) {
        document.field("fingerprint", report.fingerprint, "Root fingerprint");
        document.field("fingerprint_words", text(trust::fingerprint_words(report.fingerprint)), "In words");
    }
    using app::KeyInfo;
    const auto protection = [](bool encrypted) { return shown_as(flag(encrypted), encrypted ? "passphrase" : "none"); };
    document.table("keys", report.keys, column("name", "KEY", &KeyInfo::name), column("id", "ID", &KeyInfo::id),
                   column("public", "PUBLIC KEY", [](const KeyInfo& key) { return to_hex(key.public_key.bytes()); }),
                   column("encrypted", "PROTECTION", &KeyInfo::encrypted, protection),
                   column("ostree", "", &KeyInfo::ostree));
    for (const auto& key : report.keys) {
        if (!key.ostree.empty()) {
            document.line("For stock ostree clients, the public key of commits is " + key.ostree);
        }
    }
    return document;
}

std::optional<std::string> new_passphrase(const KeyFlags& flags)
{
    if (flags.no_passphrase) {
        return std::nullopt;
    }
    return flags.passphrase_file.empty() ? ask_new_passphrase("passphrase for the new keys")
                                         : read_passphrase(flags.passphrase_file);
}

Document plan_of(const KeyFlags& flags)
{
    const auto plan = app::plan_keys({.directory = flags.out, .passphrase = std::nullopt, .names = flags.names});
    Document document("key-new");
    document.field("directory", plan.directory, "Keys in");
    return document.field("names", plan.names, "Keys");
}

void make_keys(Context& context, const KeyFlags& flags)
{
    const auto report =
        app::new_keys({.directory = flags.out, .passphrase = new_passphrase(flags), .names = flags.names});
    auto document = describe(report, context.command);
    const auto made = flags.names.empty() ? report.keys.size() : flags.names.size();
    document.done("Done: made " + std::to_string(made) + (made == 1 ? " key in " : " keys in ") +
                  report.directory.string() + ".");
    document.next("Publish with them: qpkg publish MODULE --repo DIR --keys " + flags.out.string());
    context.show(document);
}

} // namespace

Command key_new_command(Context& context)
{
    auto flags = std::make_shared<KeyFlags>();
    return {"key new",
            Section::publishing,
            {{"--out DIR", &flags->out, "the directory to make", required()},
             {"--name NAME", &flags->names, "make only this key, beside others that are there; repeatable",
              each_one_word()},
             {"--no-passphrase", &flags->no_passphrase, "store the keys unencrypted"},
             {"--passphrase-file FILE",
              &flags->passphrase_file,
              "read the passphrase from its first line",
              {.excludes = "--no-passphrase"}}},
            Writes{[&context, flags] {
                return Proposal{[flags] { return plan_of(*flags); }, [&context, flags] { make_keys(context, *flags); },
                                Consent::implied};
            }}};
}

Command key_show_command(Context& context)
{
    auto directory = std::make_shared<std::filesystem::path>();
    return {"key show",
            Section::publishing,
            {{"DIR", directory.get(), "the directory of keys", required()}},
            Reads{[&context, directory] { context.show(describe(app::show_keys(*directory), context.command)); }}};
}

Command key_rotate_command(Context& context)
{
    auto flags = std::make_shared<RotateFlags>();
    return {"key rotate", Section::publishing,
            joined({{"ROLE", &flags->role, "root, targets, snapshot, timestamp, or a publisher", required()}},
                   rotate_options(*flags)),
            Writes{[&context, flags] { return propose_rotation(context, *flags); }}};
}

} // namespace qpkg::cli
