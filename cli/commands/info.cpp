// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"
#include "cli/role.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

std::vector<std::string> words_of(const Needs& needs)
{
    std::vector<std::string> words;
    for (const auto& [wanted, word] :
         {std::pair{needs.network, "network"}, std::pair{needs.audio, "audio"}, std::pair{needs.camera, "camera"},
          std::pair{needs.usb, "usb"}, std::pair{needs.gpu, "gpu"}}) {
        if (wanted) {
            words.emplace_back(word);
        }
    }
    return words;
}

/// "org.example.hello 1: /usr/lib/hello"
std::vector<std::string> words_of(const std::vector<Point>& points)
{
    std::vector<std::string> words;
    for (const auto& point : points) {
        words.push_back(point.name.text() + ' ' + point.abi + ": " + qpkg::text::join(point.folders, " "));
    }
    return words;
}

void describe_details(Document& out, const KnownRelease& known, const std::optional<std::size_t>& packages)
{
    const auto& release = known.release;
    std::vector<std::string> commands;
    for (const auto& exported : release.exports) {
        if (exported.kind == ExportKind::command) {
            commands.push_back(exported.name);
        }
    }
    out.field("base", release.base, "Base");
    out.field("size", size(release.volume.size), "Size");
    if (release.extends) {
        out.field("extends", release.extends->point.text() + ' ' + release.extends->abi, "Extends");
    }
    out.field("points", list(words_of(release.points)), "Points for extensions");
    out.field("commands", list(std::move(commands)), "Commands");
    out.field("needs", list(words_of(release.needs)), "Needs");
    if (packages) {
        out.field("packages", shown_as(number(*packages), std::to_string(*packages) + " packages of the distribution"),
                  "Holds");
    }
    out.field("commit", release.tree.commit, "Commit");
    out.field("volume", release.volume.root, "Volume");
}

void describe(Document& out, const app::AppInfo& info)
{
    out.field("app", info.app, "App");
    if (!info.offers.empty()) {
        out.field("summary", text(info.offers.front().release.summary), "Summary");
    }
    if (info.details) {
        describe_details(out, *info.details, info.packages);
    }
    if (info.rebuilds) {
        out.field("rebuilds", info.rebuilds->words(), "Rebuilt");
        out.field("reproduced_by", info.rebuilds->verdict.agreeing);
        out.field("dissent", info.rebuilds->verdict.dissenting);
    }
    using app::InstalledApp;
    using app::Offer;
    using trust::ListedRelease;
    out.table("offers", info.offers, column("version", "OFFERED", &Offer::release, &ListedRelease::version),
              column("sequence", "SEQUENCE", &Offer::release, &ListedRelease::sequence),
              column("channel", "CHANNEL", &Offer::release, &ListedRelease::channel),
              column("base", "BASE", &Offer::release, &ListedRelease::base), column("repository", "BY", &Offer::repo));
    out.table("installed", info.installed, column("qube", "INSTALLED IN", &InstalledApp::qube),
              column("version", "VERSION", &InstalledApp::release, &KnownRelease::release, &Release::version));
    using app::OwnName;
    out.table("own_names", info.own_names, column("qube", "IN QUBE", &OwnName::qube),
              column("name", "NAME", &OwnName::key, &NameKey::name),
              column("kind", "KIND", &OwnName::key, &NameKey::kind, word_of),
              column("change", "IS", [](const OwnName& own) { return text(own.dropped ? "dropped" : "added"); }));
}

/// Of an app that no repository offers, what a build here would take.
void tell(Context& context, const std::string& typed)
{
    Document out("info");
    try {
        describe(out, app::info(context.world(), typed, context.reach()));
    } catch (const Error& missing) {
        if (missing.code() != Code::not_found || !describe_package(context, out, typed)) {
            throw;
        }
    }
    context.show(out);
}

} // namespace

Command info_command(Context& context)
{
    auto typed = std::make_shared<std::string>();
    return {"info",
            Section::apps,
            {{"APP", typed.get(), "an app by name or full id", required(Names::apps)}},
            Refreshes{[&context, typed] { tell(context, *typed); }}};
}

} // namespace qpkg::cli
