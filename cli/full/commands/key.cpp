// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/keys.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/passphrase.hpp"
#include "cli/terminal.hpp"
#include "signing/words.hpp"

namespace qpkg::cli {
namespace {

struct NewFlags {
    std::filesystem::path out;
    std::filesystem::path passphrase_file;
    std::vector<std::string> names;
    bool no_passphrase = false;
};

Document describe(const app::KeysReport& report, const std::string& command)
{
    Document document(command);
    document.field("directory", text(report.directory.string()), "Keys in");
    if (!report.fingerprint.empty()) {
        document.field("fingerprint", text(report.fingerprint), "Root fingerprint");
        document.field("fingerprint_words", text(trust::fingerprint_words(report.fingerprint)), "In words");
    }
    std::vector<std::vector<Value>> rows;
    std::string ostree;
    for (const auto& key : report.keys) {
        rows.push_back({text(key.name), text(key.id.hex()), text(to_hex(key.public_key.bytes())),
                        shown_as(flag(key.encrypted), key.encrypted ? "passphrase" : "none"), text(key.ostree)});
        ostree = key.ostree.empty() ? ostree : key.ostree;
    }
    document.table(
        "keys", {{"name", "KEY"}, {"id", "ID"}, {"public", "PUBLIC KEY"}, {"encrypted", "PROTECTION"}, {"ostree", ""}},
        std::move(rows));
    if (!ostree.empty()) {
        document.line("For stock ostree clients, the public key of commits is " + ostree);
    }
    return document;
}

std::optional<std::string> new_passphrase(const NewFlags& flags)
{
    if (flags.no_passphrase) {
        return std::nullopt;
    }
    return flags.passphrase_file.empty() ? ask_new_passphrase("passphrase for the new keys")
                                         : read_passphrase(flags.passphrase_file);
}

void add_key_new(CLI::App& key, Context& context)
{
    auto flags = std::make_shared<NewFlags>();
    auto* command = add_command(key, context, "new", "key-new", [&context, flags] {
        const auto report =
            app::new_keys({.directory = flags->out, .passphrase = new_passphrase(*flags), .names = flags->names});
        auto document = describe(report, context.command);
        const auto made = flags->names.empty() ? report.keys.size() : flags->names.size();
        document.done("Done: made " + std::to_string(made) + (made == 1 ? " key in " : " keys in ") +
                      report.directory.string() + ".");
        document.next("Publish with them: qpkg publish MODULE --repo DIR --keys " + flags->out.string());
        context.show(document);
    });
    command->add_option("--out", flags->out, "the directory to make")->required()->type_name("DIR");
    command->add_option("--name", flags->names, "make only this key, beside others that are there; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
    auto* none = command->add_flag("--no-passphrase", flags->no_passphrase, "store the keys unencrypted");
    command->add_option("--passphrase-file", flags->passphrase_file, "read the passphrase from its first line")
        ->type_name("FILE")
        ->excludes(none);
}

void add_key_show(CLI::App& key, Context& context)
{
    auto directory = std::make_shared<std::filesystem::path>();
    auto* command = add_command(key, context, "show", "key-show", [&context, directory] {
        context.show(describe(app::show_keys(*directory), context.command));
    });
    command->add_option("DIR", *directory, "the directory of keys")->required();
}

void add_key_rotate(CLI::App& key, Context& context)
{
    auto flags = std::make_shared<RotateFlags>();
    auto* command = add_command(key, context, "rotate", "key-rotate", [&context, flags] { rotate(context, *flags); });
    command->add_option("ROLE", flags->role, "root, targets, snapshot, timestamp, or a publisher")->required();
    add_rotate_options(*command, *flags);
}

} // namespace

void add_key(CLI::App& app, Context& context)
{
    auto* key = app.add_subcommand("key");
    key->require_subcommand(1);
    add_key_new(*key, context);
    add_key_show(*key, context);
    add_key_rotate(*key, context);
}

} // namespace qpkg::cli
