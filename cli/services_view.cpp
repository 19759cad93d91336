// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/services_view.hpp"

#include "cli/names_view.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::cli {
namespace {

struct Row {
    const plan::Effect& effect;
    std::string service;
    const AllowedService* allowed; ///< nothing: it does not start
    bool can_start;
};

std::vector<Row> rows_of(const plan::Plan& plan)
{
    std::vector<Row> rows;
    for (const auto& effect : plan.effects) {
        if (!effect.to) {
            continue;
        }
        std::set<std::string> names;
        for (const auto& name : plan::asked_services(effect.to->release)) {
            names.insert(name);
        }
        for (const auto& service : effect.services) {
            names.insert(service.name);
        }
        for (const auto& name : names) {
            const auto found = std::ranges::find(effect.services, name, &AllowedService::name);
            rows.push_back({effect, name, found == effect.services.end() ? nullptr : &*found,
                            plan.starts_services || name == first_start_consent});
        }
    }
    return rows;
}

Value start_of(const Row& row)
{
    const auto* allowed = row.allowed;
    if (!row.can_start) {
        return shown_as(text("no"), "no: this qube has no systemd");
    }
    if (allowed == nullptr) {
        return shown_as(text("no"), "no: it asks to");
    }
    return allowed->rights == ServiceRights::own ? shown_as(text("as-root"), "yes, as root or what its unit says")
                                                 : shown_as(text("confined"), "yes, confined");
}

/// A program of a first start; in several qubes it is the same.
struct FirstProgram {
    AppId app;
    std::string user;
    std::string words;

    friend auto operator<=>(const FirstProgram&, const FirstProgram&) = default;
};

std::vector<FirstProgram> first_programs(const plan::Plan& plan)
{
    std::vector<FirstProgram> programs;
    std::set<FirstProgram> known;
    for (const auto& effect : plan.effects) {
        const auto first = effect.to ? effect.to->release.first_start : FirstStart();
        for (const auto& words : first.run) {
            FirstProgram program{effect.app, first.user, qpkg::text::join(words, " ")};
            if (known.insert(program).second) {
                programs.push_back(std::move(program));
            }
        }
    }
    return programs;
}

/// "postgresql: /var/lib/postgresql"
std::vector<std::string> kept_folders(const plan::Plan& plan)
{
    std::set<std::string> lines;
    for (const auto& effect : plan.effects) {
        for (const auto& name : effect.to ? effect.to->release.first_start.state : std::vector<std::string>()) {
            lines.insert(short_name(effect.app) + ": /var/lib/" + name);
        }
    }
    return {lines.begin(), lines.end()};
}

/// "hello: D-Bus org.freedesktop.secrets"
std::vector<std::string> foreign_names(const plan::Plan& plan)
{
    std::set<std::string> lines;
    for (const auto& effect : plan.effects) {
        for (const auto& made : effect.to ? effect.to->release.exports : std::vector<Export>()) {
            if (made.listed) {
                lines.insert(short_name(effect.app) + ": " + (made.kind == ExportKind::dbus ? "D-Bus " : "unit ") +
                             made.name);
            }
        }
    }
    return {lines.begin(), lines.end()};
}

} // namespace

void describe_services(Document& out, const plan::Plan& plan)
{
    out.table("services", rows_of(plan), column("qube", "QUBE", [](const Row& row) { return row.effect.qube; }),
              column("app", "APP", [](const Row& row) { return app_value(row.effect.app); }),
              column("service", "SERVICE", &Row::service), column("starts", "STARTS", start_of));
    if (const auto programs = first_programs(plan); !programs.empty()) {
        out.table("first_starts", programs,
                  column("app", "APP", [](const FirstProgram& one) { return app_value(one.app); }),
                  column("user", "AS", &FirstProgram::user),
                  column("program", "RUNS ONCE, WHEN ALLOWED", &FirstProgram::words));
    }
    if (auto folders = kept_folders(plan); !folders.empty()) {
        out.field("state", list(std::move(folders)), "Kept in each qube");
    }
    if (auto names = foreign_names(plan); !names.empty()) {
        out.field("foreign_names", list(std::move(names)), "Names that are not of the app's id");
    }
    if (const auto silent = silent_services(plan); !silent.empty()) {
        out.line("No service starts unless you allow it: qpkg install APP --into QUBE --allow " + silent.front());
    }
}

std::vector<std::string> silent_services(const plan::Plan& plan)
{
    std::set<std::string> words;
    for (const auto& row : rows_of(plan)) {
        if (row.allowed == nullptr && row.can_start) {
            words.insert(row.effect.app.text() + ':' + row.service);
        }
    }
    return {words.begin(), words.end()};
}

} // namespace qpkg::cli
