// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"

#include "app/use/adoption.hpp"
#include "app/use/cost.hpp"
#include "app/use/installed_packages.hpp"
#include "engine/details.hpp"
#include "plan/activation.hpp"
#include "plan/newer_base.hpp"
#include "plan/plan.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

/// Its programs hold what its current generation has not.
bool runs_older(const plan::Activation& activation, const QubeName& qube)
{
    return std::ranges::find(activation.outdated, qube) != activation.outdated.end() ||
           std::ranges::find(activation.detach, qube, &plan::SlotChange::qube) != activation.detach.end();
}

/// What is recorded can be listed also by who may not ask the backend.
Snapshot state_or_record(World& world)
{
    try {
        return state_of(world);
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning(std::string("this is what is recorded; qubes could not be asked: ") + error.what());
        return world.db.snapshot();
    }
}

/// Something is left to do in it: a disk is missing, or what it is told.
bool is_incomplete(const plan::Activation& activation, const QubeName& qube)
{
    return std::ranges::find(activation.set_wanted, qube, &Attachment::qube) != activation.set_wanted.end() ||
           std::ranges::find(activation.attach, qube, &plan::SlotChange::qube) != activation.attach.end() ||
           std::ranges::find(activation.announce, qube) != activation.announce.end() ||
           std::ranges::find(activation.create, qube, &plan::NewQube::name) != activation.create.end() ||
           activation.unknown.contains(qube);
}

} // namespace

std::vector<InstalledApp> list_apps(World& world, const std::vector<std::string>& qubes)
{
    const auto snapshot = state_or_record(world);
    std::vector<QubeName> wanted;
    for (const auto& name : qubes) {
        wanted.push_back(plan::require_qube(snapshot, QubeName::require(name)).name);
    }
    std::vector<InstalledApp> apps;
    for (const auto& qube : snapshot.qubes) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), qube.name) == wanted.end()) {
            continue;
        }
        const auto& generation = qube.current_generation();
        for (const auto& binding : generation.bindings) {
            const auto& known = snapshot.release(binding.release);
            const bool gone =
                std::ranges::find(snapshot.repositories, known.repo, &Repository::name) == snapshot.repositories.end();
            const auto* own_base = snapshot.base_of({generation.base.id, binding.own_base});
            apps.push_back({qube.name, known, binding.held, gone,
                            generation.composed.value_or(known.release.volume.root),
                            own_base == nullptr ? "" : release_name(*own_base)});
        }
    }
    return apps;
}

namespace {

bool is_listed(const Catalog& catalog, const KnownRelease& known)
{
    return std::ranges::any_of(catalog.offers(),
                               [&](const Offer& offer) { return offer.release.manifest == known.id; });
}

/// What qubes start from, and is not listed any more.
std::vector<InstalledApp> withdrawn_bases(const Snapshot& snapshot, const Catalog& catalog)
{
    std::vector<InstalledApp> withdrawn;
    for (const auto& qube : snapshot.qubes) {
        const auto* base = snapshot.base_of(qube.base());
        if (base == nullptr || !base->release) {
            continue;
        }
        const auto& known = snapshot.release(*base->release);
        if (!is_listed(catalog, known) && catalog.is_known(known.repo, known.release.app)) {
            withdrawn.push_back({qube.name, known, qube.base().held, false, base->volume});
        }
    }
    return withdrawn;
}

/// How the apps stand to roots that qpkg did not make.
void look_at_roots(World& world, const Snapshot& snapshot, Catalog& catalog, StatusReport& report)
{
    using enum QubeStatus::Fit;
    KnownDetails details(world, catalog);
    for (auto& row : report.qubes) {
        const auto& qube = *snapshot.find_qube(row.name);
        if (snapshot.base_of(qube.base()) != nullptr) {
            continue;
        }
        const auto base = base_given_to(world, snapshot, row.name);
        const auto found =
            base ? misfits_in(snapshot, qube, qube.current_generation(), *base, details) : std::vector<FoundMisfit>();
        row.fit = !base ? unchecked : found.empty() ? fits : misfits;
        report.misfits.insert(report.misfits.end(), found.begin(), found.end());
    }
}

} // namespace

StatusReport status(World& world)
{
    const auto snapshot = state_of(world);
    Catalog catalog(world, snapshot, Reach::offline);
    const auto activation = plan::plan_activation(snapshot, engine::look(world.hypervisor));

    StatusReport report{{}, snapshot.bases, {}, catalog.repositories(), {}, {}, {}, {}, {}, {}, catalog.warnings(), 0};
    std::set<QubeName> running;
    for (const auto& qube : world.hypervisor.qubes()) {
        if (qube.running) {
            running.insert(qube.name);
        }
    }
    // What qpkg keeps of its own qubes is not for every user to read: nobody may call it missing.
    const bool others_make_qubes = !world.hypervisor.capabilities().makes_qubes;
    for (const auto& qube : snapshot.qubes) {
        const auto* base = snapshot.base_of(qube.base());
        report.qubes.push_back({qube.name, qube.base().id, base == nullptr ? "" : release_word(*base), qube.current,
                                qube.current_generation().bindings.size(),
                                qube.current_generation().composed.has_value(), running.contains(qube.name),
                                runs_older(activation, qube.name),
                                others_make_qubes && is_incomplete(activation, qube.name),
                                std::ranges::find(activation.vanished, qube.name) != activation.vanished.end(),
                                std::ranges::find(activation.waiting, qube.name) != activation.waiting.end(),
                                base != nullptr && plan::newer_base(snapshot, *base) != nullptr});
    }
    report.outdated_disposables = activation.outdated_disposables;
    for (auto& base : withdrawn_bases(snapshot, catalog)) {
        report.withdrawn.push_back(std::move(base));
    }
    for (auto& installed : list_apps(world, {})) {
        const bool listed = is_listed(catalog, installed.release);
        if (installed.held) {
            report.held.push_back(installed);
        }
        if (installed.repository_gone) {
            report.repository_gone.push_back(std::move(installed));
        } else if (!listed && catalog.is_known(installed.release.repo, installed.release.release.app)) {
            report.withdrawn.push_back(std::move(installed));
        }
    }
    look_at_roots(world, snapshot, catalog, report);
    report.dissent = installed_dissent(world, snapshot);
    report.security = waiting_fixes(world, snapshot, catalog);
    report.reclaimable = reclaimable(world, snapshot, 0);
    try {
        report.updates = updates_of(world);
    } catch (const Error& error) { // all else is worth telling without it
        report.warnings.emplace_back(error.what());
    }
    return report;
}

namespace {

/// The rest of what is known of an app is worth telling without it.
std::optional<std::size_t> count_packages(World& world, Catalog& catalog, const KnownRelease& known, Reach reach)
{
    const auto& release = known.release;
    const bool is_here = world.content.has_details(release.details.sha256);
    if (!is_here && reach == Reach::offline) {
        return std::nullopt;
    }
    try {
        return is_here ? packages_of(world, &release).size()
                       : parse_details(engine::fetch_details(release, catalog.fetcher(known.repo), world.unpack_file))
                             .packages.size();
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning(error.what());
        return std::nullopt;
    }
}

} // namespace

AppInfo info(World& world, const std::string& typed, Reach reach)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    Catalog catalog(world, snapshot, reach);
    catalog.require_one_current();
    const auto installed = list_apps(world, {});
    std::vector<AppId> known;
    for (const auto& app : installed) {
        known.push_back(app.release.release.app);
    }
    AppInfo info{catalog.resolve(typed, known), {}, {}, std::nullopt, std::nullopt, std::nullopt};
    for (const auto& offer : catalog.offers()) {
        if (offer.release.app == info.app) {
            info.offers.push_back(offer);
        }
    }
    std::sort(info.offers.begin(), info.offers.end(),
              [](const Offer& a, const Offer& b) { return a.release.sequence > b.release.sequence; });
    for (const auto& app : installed) {
        if (app.release.release.app == info.app) {
            info.installed.push_back(app);
        }
    }
    for (const auto& qube : snapshot.qubes) {
        for (const auto& own : qube.current_generation().own) {
            if (own.app == info.app) {
                info.own_names.push_back({qube.name, own.key, own.path.empty()});
            }
        }
    }
    if (!info.installed.empty()) {
        info.details = info.installed.front().release;
    } else if (reach == Reach::online && !info.offers.empty()) {
        info.details = catalog.manifest(info.offers.front());
    }
    if (info.details) {
        info.packages = count_packages(world, catalog, *info.details, reach);
    }
    if (info.details && reach == Reach::online) {
        info.rebuilds = catalog.rebuilds(*info.details);
    }
    return info;
}

std::vector<Offer> search(World& world, const std::vector<std::string>& words, Reach reach,
                          std::vector<std::string>& warnings)
{
    const auto snapshot = world.db.snapshot();
    const Catalog catalog(world, snapshot, reach);
    catalog.require_one_current();
    warnings = catalog.warnings();
    std::map<std::pair<AppId, BaseOrNone>, Offer> found;
    for (const auto& offer : catalog.offers()) {
        const auto text = offer.release.app.text() + ' ' + offer.release.summary;
        const bool matches = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
            return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
                       return std::tolower(static_cast<unsigned char>(a)) ==
                              std::tolower(static_cast<unsigned char>(b));
                   }) != text.end();
        });
        if (!matches) {
            continue;
        }
        const auto [place, added] = found.try_emplace({offer.release.app, offer.release.base}, offer);
        if (!added && place->second.release.sequence < offer.release.sequence) {
            place->second = offer;
        }
    }
    std::vector<Offer> offers;
    for (auto& [key, offer] : found) {
        offers.push_back(std::move(offer));
    }
    return offers;
}

} // namespace qpkg::app
