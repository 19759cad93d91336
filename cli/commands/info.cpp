// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

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

void describe_details(Document& out, const KnownRelease& known)
{
    const auto& release = known.release;
    std::vector<std::string> commands;
    for (const auto& exported : release.exports) {
        if (exported.kind == ExportKind::command) {
            commands.push_back(exported.name);
        }
    }
    out.field("base", text(release.base.text()), "Base");
    out.field("size", size(release.volume.size), "Size");
    out.field("commands", list(std::move(commands)), "Commands");
    out.field("needs", list(words_of(release.needs)), "Needs");
    out.field("packages",
              shown_as(number(release.packages.size()),
                       std::to_string(release.packages.size()) + " packages of the distribution"),
              "Holds");
    out.field("commit", text(release.tree.commit.hex()), "Commit");
    out.field("volume", text(release.volume.root.hex()), "Volume");
}

void describe(Document& out, const app::AppInfo& info)
{
    out.field("app", text(info.app.text()), "App");
    if (!info.offers.empty()) {
        out.field("summary", text(info.offers.front().release.summary), "Summary");
    }
    if (info.details) {
        describe_details(out, *info.details);
    }
    if (info.rebuilds) {
        out.field("rebuilds", text(info.rebuilds->words()), "Rebuilt");
        out.field("reproduced_by", list(info.rebuilds->verdict.agreeing));
        out.field("dissent", list(info.rebuilds->verdict.dissenting));
    }
    std::vector<std::vector<Value>> offers;
    for (const auto& offer : info.offers) {
        offers.push_back({text(offer.release.version), number(offer.release.sequence),
                          text(offer.release.channel.text()), text(offer.release.base.text()),
                          text(offer.repo.text())});
    }
    out.table("offers",
              {{"version", "OFFERED"},
               {"sequence", "SEQUENCE"},
               {"channel", "CHANNEL"},
               {"base", "BASE"},
               {"repository", "BY"}},
              std::move(offers));
    std::vector<std::vector<Value>> installed;
    for (const auto& app : info.installed) {
        installed.push_back({text(app.qube.text()), text(app.release.release.version)});
    }
    out.table("installed", {{"qube", "INSTALLED IN"}, {"version", "VERSION"}}, std::move(installed));
}

} // namespace

void add_info(CLI::App& app, Context& context)
{
    auto typed = std::make_shared<std::string>();
    auto* command = add_command(app, context, "info", "info", [&context, typed] {
        const auto reach = context.options.offline ? app::Reach::offline : app::Reach::online;
        Document out("info");
        describe(out, app::info(context.world(), *typed, reach));
        if (reach == app::Reach::online) {
            context.keep_what_was_verified();
        }
        context.show(out);
    });
    command->add_option("APP", *typed, "an app by name or full id")->required();
}

} // namespace qpkg::cli
