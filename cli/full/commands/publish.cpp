// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publish.hpp"

#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/passphrase.hpp"
#include "signing/words.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

struct PublishFlags {
    std::vector<std::filesystem::path> modules;
    std::vector<std::string> withdraw;
    std::filesystem::path repository;
    std::filesystem::path keys;
    std::filesystem::path passphrase_file;
    std::string publisher = "publisher";
    std::size_t deltas = app::PublishRequest().deltas;
    std::optional<std::filesystem::path> prepare;
    std::optional<std::filesystem::path> attach;
    bool ssh_agent = false;
    std::filesystem::path inputs;
    std::optional<std::string> channel;
    std::vector<std::string> ended;
    std::vector<std::string> renamed;
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

/// "APP=WORDS"; without words, what was told is taken back.
std::vector<std::pair<AppId, std::string>> told(const std::vector<std::string>& words)
{
    std::vector<std::pair<AppId, std::string>> pairs;
    for (const auto& word : words) {
        const auto app = AppId::require(word.substr(0, word.find('=')));
        pairs.emplace_back(app, word.size() > app.text().size() ? word.substr(app.text().size() + 1) : "");
    }
    return pairs;
}

app::PublishRequest request_of(const PublishFlags& flags, const std::string& typed)
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
    request.prepare = flags.prepare;
    request.inputs = flags.inputs;
    for (const auto& [app, words] : told(flags.ended)) {
        request.notices.push_back({app, words, ""});
    }
    for (const auto& [app, name] : told(flags.renamed)) {
        request.notices.push_back({app, "", name});
    }
    if (flags.channel) {
        request.channel = Channel::require(*flags.channel);
    }
    request.attach = flags.attach;
    request.agent = agent_of(flags.ssh_agent);
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

Document describe(const app::PublishReport& report, const std::string& command)
{
    Document document(command);
    document.field("repository", report.repository);
    document.field("created", report.created);
    document.field("changed", report.changed);
    using app::PublishedRelease;
    // Of a plan it is not known yet.
    const auto manifest = [](const ManifestId& id) { return id == ManifestId(Digest({})) ? "" : id.hex(); };
    const auto change = [](bool is_new) { return shown_as(flag(is_new), is_new ? "add" : "unchanged"); };
    document.table(
        "releases", report.releases, column("app", "APP", &PublishedRelease::app),
        column("version", "VERSION", &PublishedRelease::version),
        column("channel", "CHANNEL", &PublishedRelease::channel), column("arch", "", &PublishedRelease::arch),
        column("sequence", "SEQUENCE", &PublishedRelease::sequence),
        column("download", "DOWNLOAD", &PublishedRelease::download, size),
        column("new", "CHANGE", &PublishedRelease::is_new, change), column("commit", "", &PublishedRelease::commit),
        column("manifest", "", &PublishedRelease::manifest, manifest));
    document.field("publisher", report.publisher, "Publisher");
    document.field("new_namespaces", report.new_namespaces, "New namespaces");
    document.field("withdrawn", report.withdrawn, "Withdrawn");
    document.field("prepared", report.prepared, "To be signed");
    document.field("fingerprint", report.fingerprint, "Root fingerprint");
    document.field("fingerprint_words", text(trust::fingerprint_words(report.fingerprint)), "In words");
    // A first root that was attached has nothing below it yet.
    const bool readable = report.version > 0;
    document.field("version", report.version, readable ? "Index" : "");
    document.field("expires", time(report.expires), readable ? "Sign again before" : "");
    document.field("notes", report.notes, "Note");
    document.field("refused", report.refused, "Refused");
    return document;
}

void publish(Context& context, const PublishFlags& flags, app::PublishRequest request)
{
    request.passphrase = keys_passphrase(flags.keys, flags.passphrase_file);
    const auto report = app::publish(context.world(), request);
    auto document = describe(report, context.command);
    document.done(report.refused.empty()
                      ? "Done: " + closing_words(report) + "."
                      : "Failed: clients refuse what is published: " + qpkg::text::join(report.refused, "; ") + ".");
    if (!report.refused.empty()) {
        context.exit_code = static_cast<int>(Code::untrusted);
        document.next("Where the keys of that role are: qpkg publish --repo " + report.repository.string() +
                      " --keys DIR; or carry it there: qpkg publish --prepare, qpkg sign, qpkg publish --attach");
    } else if (!report.changed) {
        context.show_unchanged(document);
        return;
    } else if (!report.prepared.empty()) {
        tell_next(document, flags.prepare->string(), flags.repository.string());
    } else if (report.created) {
        document.next("To use it here: qpkg repo add NAME " + report.repository.string());
    }
    context.show(document);
}

Proposal propose_publication(Context& context, const PublishFlags& flags)
{
    const auto plan = [&context, flags] {
        const auto ports = app::publisher_ports(context.world());
        return describe(app::plan_publication(ports, request_of(flags, context.typed)), context.command);
    };
    return {plan, [&context, flags] { publish(context, flags, request_of(flags, context.typed)); }, Consent::implied};
}

std::vector<Option> options_of(PublishFlags& flags)
{
    return {{"MODULE", &flags.modules, "directories that `qpkg build --out` made"},
            repository_option(flags.repository),
            {"--keys DIR", &flags.keys, "the directory of keys", required()},
            passphrase_option(flags.passphrase_file),
            {"--deltas N", &flags.deltas, "make static deltas from so many earlier releases (2)", between(0, 16)},
            {"--channel NAME", &flags.channel, "publish the modules in this channel (stable)"},
            {"--inputs DIR", &flags.inputs, "publish also what `qpkg build --inputs` kept there"},
            agent_option(flags.ssh_agent),
            {"--prepare DIR", &flags.prepare, "write what other keys are to sign, publish nothing"},
            {"--attach DIR",
             &flags.attach,
             "publish what was prepared there and signed elsewhere",
             {.excludes = "--prepare"}},
            {"--publisher NAME", &flags.publisher, "name of a publisher that is new to the repository"},
            {"--end-of-life APP[=WORDS]", &flags.ended,
             "tell that no release of it will follow; without words: take that back", each_one_word(Names::apps)},
            {"--renamed APP[=NEW]", &flags.renamed, "tell under which id it goes on; without one: take that back",
             each_one_word(Names::apps)},
            {"--withdraw APP[=VERSION]", &flags.withdraw, "take an app, or one version of it, off the list",
             each_one_word(Names::apps)}};
}

Proposal propose_promotion(Context& context, const PublishFlags& flags, const std::vector<std::string>& apps,
                           const std::string& from)
{
    auto request = request_of(flags, context.typed);
    request.channel = std::nullopt;
    for (const auto& app : apps) {
        request.promotions.push_back(
            {AppId::require(app), Channel::require(from), Channel::require(flags.channel.value_or("stable"))});
    }
    const auto plan = [&context, request] {
        return describe(app::plan_publication(app::publisher_ports(context.world()), request), context.command);
    };
    return {plan, [&context, flags, request] { publish(context, flags, request); }, Consent::implied};
}

} // namespace

Command promote_command(Context& context)
{
    auto flags = std::make_shared<PublishFlags>();
    auto apps = std::make_shared<std::vector<std::string>>();
    auto from = std::make_shared<std::string>();
    return {"promote",
            Section::publishing,
            {{"APP", apps.get(), "full ids of apps", {.required = true}},
             {"--from NAME", from.get(), "the channel whose newest release it is", {.required = true}},
             {"--to NAME", &flags->channel, "the channel that gets it (stable)"},
             repository_option(flags->repository),
             {"--keys DIR", &flags->keys, "the directory of keys", required()},
             passphrase_option(flags->passphrase_file),
             {"--deltas N", &flags->deltas, "make static deltas from so many earlier releases (2)", between(0, 16)}},
            Writes{[&context, flags, apps, from] { return propose_promotion(context, *flags, *apps, *from); }}};
}

Command publish_command(Context& context)
{
    auto flags = std::make_shared<PublishFlags>();
    return {"publish", Section::publishing, options_of(*flags),
            Writes{[&context, flags] { return propose_publication(context, *flags); }}};
}

} // namespace qpkg::cli
