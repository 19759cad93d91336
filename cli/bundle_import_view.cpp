// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/bundle_import_view.hpp"

#include "app/use/change.hpp"
#include "cli/patience.hpp"

#include "qpkg/core/error.hpp"
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
    out.field("repository", text(report.repository.text()));
    out.field("changed", flag(report.changed));
    std::vector<std::vector<Value>> rows;
    for (const auto& release : report.releases) {
        rows.push_back({shown_as(text(release.app), label(release)), text(release.version), text(release.channel),
                        text(release.base), number(release.sequence), text(release.manifest.hex()),
                        shown_as(text(name_of(release.arrival)), words_of(release.arrival)), size(release.bytes)});
    }
    if (!rows.empty()) {
        out.table("releases",
                  {{"app", "APP"},
                   {"version", "VERSION"},
                   {"channel", "CHANNEL"},
                   {"base", "BASE"},
                   {"sequence", ""},
                   {"manifest", ""},
                   {"arrival", "RELEASE"},
                   {"bytes", "NEW"}},
                  std::move(rows));
    }
    out.field("root", number(report.root));
    out.field("index", number(report.index));
    out.field("issued", time(report.issued));
    out.field("older", flag(report.older));
    out.field("notes", list(report.notes), report.notes.empty() ? "" : "Note");
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

} // namespace

void add_import_options(CLI::App& command, app::ImportBundleRequest& request)
{
    command.add_option("FILE", request.source, "a bundle, or - for standard input")->required();
    command.add_flag("--accept-stale", request.accept_stale,
                     "take releases although the metadata is older than the repository's grace period");
    add_patience(command, request.patience);
}

void import_bundle(Context& context, const app::ImportBundleRequest& request)
{
    if (context.options.dry_run) {
        throw Error(Code::usage, "an import has no dry run", "see what it holds: qpkg bundle inspect FILE");
    }
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

} // namespace qpkg::cli
