// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"

#include "cli/bases_view.hpp"
#include "cli/extensions_view.hpp"
#include "cli/mended_view.hpp"
#include "cli/names_view.hpp"
#include "cli/services_view.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

std::string name_of(plan::Kind kind)
{
    switch (kind) {
    case plan::Kind::add:
        return "add";
    case plan::Kind::upgrade:
        return "upgrade";
    case plan::Kind::downgrade:
        return "downgrade";
    case plan::Kind::remove:
        return "remove";
    case plan::Kind::keep:
        return "keep";
    }
    return {};
}

std::string versions(const plan::Effect& effect)
{
    if (effect.from && effect.to && effect.from->id != effect.to->id) {
        const auto& from = effect.from->release;
        const auto& to = effect.to->release;
        // A rebuild may carry the same upstream version; the sequence tells the two apart.
        return from.version == to.version
                   ? to.version + " (#" + std::to_string(from.sequence) + " → #" + std::to_string(to.sequence) + ")"
                   : from.version + " → " + to.version;
    }
    return effect.to ? effect.to->release.version : effect.from->release.version;
}

std::string disk_words(const plan::Effect& effect, const app::Cost& cost)
{
    if (!effect.to || effect.kind == plan::Kind::keep) {
        return "";
    }
    auto words = qpkg::text::human_size(cost.disk);
    if (!cost.shared_with.empty()) {
        return words + " (volume shared with " + cost.shared_with.front().text() + ")";
    }
    return cost.shared == 0 ? words : words + " (" + qpkg::text::human_size(cost.shared) + " here already)";
}

std::string download_words(const plan::Effect& effect, const app::Cost& cost)
{
    if (!effect.to || effect.kind == plan::Kind::keep) {
        return "";
    }
    if (cost.download == 0) {
        return "nothing";
    }
    return (cost.exact ? "" : "about ") + qpkg::text::human_size(cost.download);
}

/// Of the app's own volume. A composed one has none before it is made.
std::string volume_name(const plan::Plan& plan, const plan::Effect& effect)
{
    const bool composed = std::ranges::any_of(plan.prepare, [&](const plan::Step& step) {
        const auto* whole = std::get_if<plan::ComposeVolume>(&step);
        return whole != nullptr && whole->qube == effect.qube;
    });
    return effect.to && !composed ? effect.to->release.volume.root.hex() : "";
}

void describe_effects(Document& out, const app::PreparedChange& change)
{
    struct Row {
        const plan::Effect* effect;
        const app::Cost* cost;
    };
    std::vector<Row> rows;
    for (std::size_t i = 0; i < change.plan.effects.size(); ++i) {
        rows.push_back({&change.plan.effects[i], &change.costs[i]});
    }
    using app::Cost;
    using plan::Effect;
    const auto told = [](auto value, auto words) {
        return [=](const Row& row) { return shown_as(number(row.cost->*value), words(*row.effect, *row.cost)); };
    };
    const auto volume = [&](const Effect& effect) { return volume_name(change.plan, effect); };
    const auto effect = [](const Row& row) -> const Effect& { return *row.effect; };
    const auto cost = [](const Row& row) -> const Cost& { return *row.cost; };
    out.table("changes", rows, column("qube", "QUBE", effect, &Effect::qube),
              column("app", "APP", effect, &Effect::app, app_value), column("version", "VERSION", effect, versions),
              column("change", "CHANGE", effect, &Effect::kind, name_of),
              column("download", "DOWNLOAD", told(&Cost::download, download_words)),
              column("download_exact", "", cost, &Cost::exact), column("disk", "DISK", told(&Cost::disk, disk_words)),
              column("shared", "", cost, &Cost::shared), column("shared_with", "", cost, &Cost::shared_with),
              column("volume", "", effect, volume));
}

/// Programs that come with a change and run without a right that their package gives them, and what the owner of the
/// qube can do instead.
void describe_limits(Document& out, const plan::Plan& plan)
{
    struct Row {
        const plan::Effect* effect;
        const Limit* limit;
    };
    std::vector<Row> rows;
    for (const auto& effect : plan.effects) {
        if (!effect.to || effect.kind == plan::Kind::keep) {
            continue;
        }
        for (const auto& limit : effect.to->release.limits) {
            const bool is_known = effect.from && std::ranges::find(effect.from->release.limits, limit) !=
                                                     effect.from->release.limits.end();
            const bool is_told = std::ranges::any_of(rows, [&](const Row& row) { return *row.limit == limit; });
            if (!is_known && !is_told) {
                rows.push_back({&effect, &limit});
            }
        }
    }
    const auto instead = [](const Row& row) {
        return text("qpkg run " + row.effect->qube.text() + " --as-root --app " + short_name(row.effect->app) + " -- " +
                    row.limit->path);
    };
    out.table("limits", rows, column("app", "APP", [](const Row& row) { return app_value(row.effect->app); }),
              column("program", "PROGRAM", [](const Row& row) { return row.limit->path; }),
              column("right", "RUNS WITHOUT", [](const Row& row) { return right_word(row.limit->right); }),
              column("instead", "INSTEAD", instead));
}

/// What mends the base does not mend these: whoever installs one relies on its publisher for all of it.
void describe_own_roots(Document& out, const plan::Plan& plan)
{
    std::vector<std::string> apps;
    for (const auto& effect : plan.effects) {
        const bool is_new =
            effect.to && effect.to->release.base.is_none() && (!effect.from || !effect.from->release.base.is_none());
        if (is_new && std::ranges::find(apps, effect.app.text()) == apps.end()) {
            apps.push_back(effect.app.text());
        }
    }
    if (!apps.empty()) {
        const auto names = qpkg::text::join(apps, ", ");
        out.field("own_root", shown_as(list(std::move(apps)), names + ": on no base, so its updates alone mend it"),
                  "Brings its own root");
    }
}

std::vector<std::string> signers(const app::PreparedChange& change)
{
    std::vector<std::string> names;
    if (change.catalog) {
        for (const auto& repository : change.catalog->repositories()) {
            const bool used = std::any_of(change.plan.effects.begin(), change.plan.effects.end(),
                                          [&](const auto& e) { return e.to && e.to->repo == repository.name; });
            if (used) {
                names.push_back(repository.name.text() + " (index " + std::to_string(repository.timestamp_version) +
                                " from " + qpkg::text::iso_date(repository.issued) + ", " + repository.freshness + ")");
            }
        }
    }
    return names;
}

std::string closing_words(const app::PreparedChange& change, const app::ChangeReport& report)
{
    std::vector<std::string> parts;
    for (const auto& outcome : report.qubes) {
        std::vector<std::string> added;
        std::vector<std::string> removed;
        for (const auto& effect : change.plan.effects) {
            if (effect.qube == outcome.name && effect.kind != plan::Kind::keep) {
                const auto& release = effect.to ? effect.to->release : effect.from->release;
                (effect.to ? added : removed).push_back(short_name(effect.app) + ' ' + release.version);
            }
        }
        std::string words;
        if (!added.empty()) {
            words = qpkg::text::join(added, ", ") + (added.size() > 1 ? " are" : " is") + " in " + outcome.name.text();
        }
        if (!removed.empty()) {
            words += (words.empty() ? "" : "; ") + qpkg::text::join(removed, ", ") +
                     (removed.size() > 1 ? " are" : " is") + " gone from " + outcome.name.text();
        }
        for (const auto& base : change.plan.bases) {
            if (base.qube == outcome.name) {
                words += (words.empty() ? "" : "; ") + outcome.name.text() + " starts from " + release_name(base.to);
            }
        }
        if (!words.empty()) {
            parts.push_back(words + ", generation " + std::to_string(outcome.generation));
        }
    }
    return parts.empty() ? "the record is updated" : qpkg::text::join(parts, "; ");
}

/// "served: /rw/qpkg/state/org.example.served in work"
void describe_left_state(Document& out, const app::PreparedChange& change)
{
    std::vector<std::string> lines;
    for (const auto& [qube, app] : app::states_left(change.plan)) {
        lines.push_back(short_name(app) + ": /rw/qpkg/state/" + app.text() + " in " + qube.text());
    }
    if (!lines.empty()) {
        out.field(change.deletes_state ? "state_deleted" : "state_kept", list(lines),
                  change.deletes_state ? "Deleted with what the app made there" : "Stays for when the app comes back");
    }
}

} // namespace

void describe_left_out(Document& out, const app::PreparedChange& change)
{
    if (!change.left_out.empty()) {
        const auto code = [](const Error& why) { return static_cast<std::uint64_t>(why.code()); };
        out.table("left_out", change.left_out, column("app", "NOT UPGRADED", &app::LeftOut::app),
                  column("code", "", &app::LeftOut::why, code),
                  column("why", "BECAUSE", &app::LeftOut::why, &Error::what));
    }
}

void describe(Document& out, const app::PreparedChange& change)
{
    describe_bases(out, change);
    describe_effects(out, change);
    describe_mended(out, change);
    describe_names(out, change.plan.names, Telling::as_a_change);
    describe_services(out, change.plan);
    describe_extensions(out, change.plan);
    describe_left_state(out, change);
    describe_limits(out, change.plan);
    describe_own_roots(out, change.plan);
    if (const auto names = signers(change); !names.empty()) {
        out.field("signed_by", names, "Signed by");
    }
    if (!change.plan.prepare.empty()) {
        out.field("disk_needed", change.disk_needed);
        out.field("free_space",
                  shown_as(number(change.free_space), qpkg::text::human_size(change.free_space) + ", at most " +
                                                          qpkg::text::human_size(change.disk_needed) + " needed"),
                  "Free space");
    }
    describe_left_out(out, change);
    if (!change.warnings().empty()) {
        out.field("warnings", change.warnings(), "Warning");
    }
}

void describe(Document& out, const app::PreparedChange& change, const app::ChangeReport& report)
{
    out.table("qubes", report.qubes, column("name", "", &app::QubeOutcome::name),
              column("generation", "", &app::QubeOutcome::generation),
              column("outdated", "", &app::QubeOutcome::outdated), column("waiting", "", &app::QubeOutcome::waiting));
    out.table("outdated_disposables", report.outdated_disposables, column("name", "", &plan::Disposable::name),
              column("of", "", &plan::Disposable::of));
    out.field("fetched_objects", report.prepared.imported.fetched_objects);
    out.field("fetched_bytes", report.prepared.imported.fetched_bytes);
    out.field("reclaimable", report.reclaimable);

    const bool adds = std::any_of(change.plan.effects.begin(), change.plan.effects.end(),
                                  [](const plan::Effect& effect) { return effect.kind == plan::Kind::add; });
    if (adds && report.prepared.imported.fetched_objects == 0 && report.prepared.volumes.empty()) {
        out.line("Nothing was fetched: the volume is here already and is shared.");
    }
    out.done("Done: " + closing_words(change, report) + '.');
    const bool removes =
        std::any_of(change.plan.effects.begin(), change.plan.effects.end(),
                    [](const plan::Effect& effect) { return effect.from && effect.kind != plan::Kind::keep; });
    if (removes && report.reclaimable > 0) {
        out.next("Older generations still hold " + qpkg::text::human_size(report.reclaimable) +
                 ". To give that back and give up rollback: qpkg gc --keep 0");
    }
    for (const auto& outcome : report.qubes) {
        if (outcome.waiting) {
            out.next(outcome.name.text() + " runs from its former base until it starts again.");
        } else if (outcome.outdated) {
            out.next(outcome.name.text() + " is running an older generation until its programs end.");
        }
    }
    for (const auto& disposable : report.outdated_disposables) {
        out.next(disposable.name.text() + " is a disposable of " + disposable.of.text() +
                 " and runs an older generation until it is closed.");
    }
}

} // namespace qpkg::cli
