// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publish.hpp"

#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/passphrase.hpp"
#include "signing/words.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

struct Flags {
    std::vector<std::filesystem::path> modules;
    std::vector<std::string> withdraw;
    std::filesystem::path repository;
    std::filesystem::path keys;
    std::filesystem::path passphrase_file;
    std::string publisher = "publisher";
    std::size_t deltas = app::PublishRequest().deltas;
    std::optional<std::filesystem::path> prepare;
    std::optional<std::filesystem::path> attach;
    app::Agent agent = app::Agent::none;
};

/// "org.example.hello" or "org.example.hello=1.0-1".
app::Withdrawal withdrawal(const std::string& word)
{
    const auto parts = text::split(word, '=');
    const auto app = AppId::require(parts.front());
    if (parts.size() == 1) {
        return {.app = app, .version = std::nullopt};
    }
    return {.app = app, .version = word.substr(app.text().size() + 1)};
}

app::PublishRequest request_of(const Flags& flags, const std::string& typed)
{
    app::PublishRequest request{.modules = flags.modules,
                                .withdrawals = {},
                                .repository = flags.repository,
                                .keys = flags.keys,
                                .passphrase = std::nullopt,
                                .deltas = flags.deltas,
                                .publisher = flags.publisher,
                                .command = typed};
    for (const auto& word : flags.withdraw) {
        request.withdrawals.push_back(withdrawal(word));
    }
    request.passphrase = keys_passphrase(flags.keys, flags.passphrase_file);
    request.prepare = flags.prepare;
    request.attach = flags.attach;
    request.agent = flags.agent;
    return request;
}

std::string closing_words(const app::PublishReport& report)
{
    if (!report.changed) {
        return report.repository.string() + " holds these releases already, nothing to change";
    }
    if (!report.prepared.empty()) {
        return "nothing is published yet, " + text::join(report.prepared, ", ") + " wait for signatures";
    }
    if (report.version == 0) {
        return report.repository.string() + " has its root; publish into it next";
    }
    std::size_t added = 0;
    for (const auto& release : report.releases) {
        added += release.is_new ? 1 : 0;
    }
    if (!report.withdrawn.empty()) {
        return "withdrew " + text::join(report.withdrawn, ", ");
    }
    if (report.created && added == 0) {
        return "made the empty repository " + report.repository.string();
    }
    if (added == 0) {
        return "signed the metadata of " + report.repository.string() + " again";
    }
    return "published " + std::to_string(added) + (added == 1 ? " release" : " releases") + " into " +
           report.repository.string();
}

Document describe(const app::PublishReport& report)
{
    Document document("publish");
    document.field("repository", text(report.repository.string()));
    document.field("created", flag(report.created));
    document.field("changed", flag(report.changed));
    std::vector<std::vector<Value>> rows;
    for (const auto& release : report.releases) {
        rows.push_back({text(release.app.text()), text(release.version), text(release.channel.text()),
                        text(release.arch.text()), number(release.sequence), size(release.download),
                        shown_as(flag(release.is_new), release.is_new ? "add" : "unchanged"),
                        text(release.commit.hex()), text(release.manifest.hex())});
    }
    document.table("releases",
                   {{"app", "APP"},
                    {"version", "VERSION"},
                    {"channel", "CHANNEL"},
                    {"arch", ""},
                    {"sequence", "SEQUENCE"},
                    {"download", "DOWNLOAD"},
                    {"new", "CHANGE"},
                    {"commit", ""},
                    {"manifest", ""}},
                   std::move(rows));
    document.field("publisher", text(report.publisher), report.publisher.empty() ? "" : "Publisher");
    document.field("new_namespaces", list(report.new_namespaces),
                   report.new_namespaces.empty() ? "" : "New namespaces");
    document.field("withdrawn", list(report.withdrawn));
    document.field("prepared", list(report.prepared), report.prepared.empty() ? "" : "To be signed");
    document.field("fingerprint", text(report.fingerprint), "Root fingerprint");
    document.field("fingerprint_words", text(trust::fingerprint_words(report.fingerprint)), "In words");
    // A first root that was attached has nothing below it yet.
    const bool readable = report.version > 0;
    document.field("version", number(report.version), readable ? "Index" : "");
    document.field("expires", time(report.expires), readable ? "Sign again before" : "");
    document.field("notes", list(report.notes), report.notes.empty() ? "" : "Note");
    document.field("refused", list(report.refused), report.refused.empty() ? "" : "Refused");
    document.done(report.refused.empty()
                      ? "Done: " + closing_words(report) + "."
                      : "Failed: clients refuse what is published: " + qpkg::text::join(report.refused, "; ") + ".");
    return document;
}

} // namespace

void add_publish(CLI::App& app, Context& context)
{
    auto flags = std::make_shared<Flags>();
    auto* command = add_command(app, context, "publish", "publish", [&context, flags] {
        const auto report = qpkg::app::publish(context.world(), request_of(*flags, context.typed));
        if (!report.refused.empty()) {
            context.exit_code = static_cast<int>(Code::untrusted);
            context.show(describe(report).next(
                "Where the keys of that role are: qpkg publish --repo " + report.repository.string() +
                " --keys DIR; or carry it there: qpkg publish --prepare, qpkg sign, qpkg publish --attach"));
            return;
        }
        if (!report.changed) {
            context.show_unchanged(describe(report));
            return;
        }
        auto document = describe(report);
        if (!report.prepared.empty()) {
            tell_next(document, flags->prepare->string(), flags->repository.string());
        } else if (report.created) {
            document.next("To use it here: qpkg repo add NAME " + report.repository.string());
        }
        context.show(document);
    });
    command->add_option("MODULE", flags->modules, "directories that `qpkg build --out` made");
    command->add_option("--repo", flags->repository, "the repository, a directory")->required()->type_name("DIR");
    command->add_option("--keys", flags->keys, "the directory of keys")->required()->type_name("DIR");
    command->add_option("--passphrase-file", flags->passphrase_file, "read the passphrase from its first line")
        ->type_name("FILE");
    command->add_option("--deltas", flags->deltas, "make static deltas from so many earlier releases (2)")
        ->type_name("N")
        ->check(CLI::Range(0, 16));
    add_agent_option(*command, flags->agent);
    auto* prepare =
        command->add_option("--prepare", flags->prepare, "write what other keys are to sign, publish nothing")
            ->type_name("DIR");
    command->add_option("--attach", flags->attach, "publish what was prepared there and signed elsewhere")
        ->type_name("DIR")
        ->excludes(prepare);
    command->add_option("--publisher", flags->publisher, "name of a publisher that is new to the repository")
        ->type_name("NAME");
    command->add_option("--withdraw", flags->withdraw, "take an app, or one version of it, off the list")
        ->type_name("APP[=VERSION]")
        ->allow_extra_args(false);
}

} // namespace qpkg::cli
