// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/bundle_import.hpp"
#include "app/use/change.hpp"
#include "cli/commands.hpp"
#include "cli/patience.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

std::string name_of(app::Arrival arrival)
{
    switch (arrival) {
    case app::Arrival::imported:
        return "imported";
    case app::Arrival::here:
        return "here";
    case app::Arrival::withdrawn:
        return "withdrawn";
    case app::Arrival::other_arch:
        return "other-arch";
    }
    return {};
}

std::string words_of(app::Arrival arrival)
{
    switch (arrival) {
    case app::Arrival::here:
        return "here already";
    case app::Arrival::withdrawn:
        return "withdrawn, not taken";
    case app::Arrival::other_arch:
        return "of another architecture, not taken";
    case app::Arrival::imported:
        break;
    }
    return name_of(arrival);
}

std::string label(const app::ArrivedRelease& release)
{
    return release.app.empty() ? "manifest " + release.manifest.hex().substr(0, 16) + "…" : release.app;
}

Document describe(const app::ImportBundleReport& report, const std::string& command)
{
    Document out(command);
    out.field("repository", report.repository);
    out.field("changed", report.changed);
    using app::ArrivedRelease;
    const auto arrival = [](app::Arrival how) { return shown_as(text(name_of(how)), words_of(how)); };
    if (!report.releases.empty()) {
        out.table("releases", report.releases,
                  column("app", "APP",
                         [](const ArrivedRelease& release) { return shown_as(text(release.app), label(release)); }),
                  column("version", "VERSION", &ArrivedRelease::version),
                  column("channel", "CHANNEL", &ArrivedRelease::channel), column("base", "BASE", &ArrivedRelease::base),
                  column("sequence", "", &ArrivedRelease::sequence), column("manifest", "", &ArrivedRelease::manifest),
                  column("arrival", "RELEASE", &ArrivedRelease::arrival, arrival),
                  column("bytes", "NEW", &ArrivedRelease::bytes, size));
    }
    out.field("root", report.root);
    out.field("index", report.index);
    out.field("issued", time(report.issued));
    out.field("older", report.older);
    out.field("notes", report.notes, "Note");
    return out;
}

std::string index_words(const app::ImportBundleReport& report)
{
    return report.repository.text() + " (index " + std::to_string(report.index) + " from " +
           qpkg::text::iso_date(report.issued) + ")";
}

std::vector<std::string> imported_apps(const app::ImportBundleReport& report)
{
    std::vector<std::string> names;
    for (const auto& release : report.releases) {
        if (release.arrival == app::Arrival::imported) {
            names.push_back(release.app + ' ' + release.version);
        }
    }
    return names;
}

void import_bundle(Context& context, const app::ImportBundleRequest& request)
{
    context.make_state_directory();
    auto bundle = app::receive_bundle(context.world().root, request, context.world().progress);
    const auto lock = context.lock(); // not before: a sender may take its time
    app::recover(context.world());
    const auto report = app::import_bundle(context.world(), request, bundle);
    auto document = describe(report, context.command);
    if (!report.changed) {
        context.show_unchanged(document.done("Done: " + index_words(report) + " is already current."));
        return;
    }
    const auto names = imported_apps(report);
    document.done("Done: " + (names.empty() ? "the metadata of " : qpkg::text::join(names, ", ") + " from ") +
                  index_words(report) + (names.empty() ? " is current." : " can be installed."));
    if (!names.empty()) {
        document.next("To install: qpkg install APP --into QUBE --offline");
    }
    context.show(document);
}

/// The bundle waits in a folder of this process: the state directory stays as it is.
Document plan_import(Context& context, const app::ImportBundleRequest& request)
{
    const files::TemporaryDirectory quarantine(std::filesystem::temp_directory_path(), "qpkg-import-");
    auto bundle = app::receive_bundle(quarantine.path(), request, context.world().progress);
    return describe(app::plan_import(context.world(), request, bundle), context.command);
}

/// `qpkg import` and `qpkg bundle import` are one command under two names.
Command make_import_command(Context& context, std::string_view name)
{
    auto request = std::make_shared<app::ImportBundleRequest>();
    return {name, Section::sources,
            joined({{"FILE", &request->source, "a bundle, or - for standard input", required()},
                    {"--accept-stale", &request->accept_stale,
                     "take releases although the metadata is older than the repository's grace period"}},
                   patience_options(request->patience)),
            Writes{[&context, request] {
                return Proposal{[&context, request] { return plan_import(context, *request); },
                                [&context, request] { import_bundle(context, *request); }, Consent::implied};
            }}};
}

} // namespace

Command import_command(Context& context) { return make_import_command(context, "import"); }

Command bundle_import_command(Context& context) { return make_import_command(context, "bundle import"); }

} // namespace qpkg::cli
