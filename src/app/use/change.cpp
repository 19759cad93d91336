// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"

#include "app/typed_app.hpp"
#include "app/use/adoption.hpp"
#include "app/use/code_wished.hpp"
#include "app/use/cost.hpp"
#include "app/use/extension_trees.hpp"
#include "app/use/fitting_base.hpp"
#include "app/use/known_details.hpp"
#include "app/use/names_wished.hpp"
#include "app/use/outside_roots.hpp"
#include "app/use/told_exports.hpp"
#include "app/use/unexported.hpp"
#include "app/use/upgrade.hpp"
#include "app/use/whole_trees.hpp"
#include "plan/menus.hpp"
#include "plan/plan.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

PreparedChange priced(World& world, Snapshot snapshot, plan::Plan plan, std::unique_ptr<Catalog> catalog)
{
    require_tellable(snapshot, plan);
    PreparedChange change{std::move(snapshot), std::move(plan), {}, 0, 0, std::move(catalog)};
    estimate_costs(world, change);
    return change;
}

std::set<QubeName> changed_qubes(const std::vector<Change>& changes)
{
    std::set<QubeName> qubes;
    for (const auto& change : changes) {
        if (const auto* advance = std::get_if<AdvanceQube>(&change)) {
            qubes.insert(advance->name);
        } else if (const auto* point = std::get_if<PointQube>(&change)) {
            qubes.insert(point->name);
        } else if (const auto* layout = std::get_if<SetLayout>(&change)) {
            qubes.insert(layout->name);
        }
    }
    return qubes;
}

/// A qube that went away after the plan was made: what is recorded is true, but live nowhere.
void require_present(const plan::Plan& plan, const plan::Activation& activation)
{
    for (const auto& effect : plan.effects) {
        const auto& gone = activation.vanished;
        if (std::find(gone.begin(), gone.end(), effect.qube) != gone.end()) {
            throw Error(Code::partly, "recorded, but " + effect.qube.text() + " is gone: the backend has no such qube",
                        "to forget it: qpkg qube remove " + effect.qube.text());
        }
    }
}

/// Commit and activate. What waits for a start is committed once what does not wait is live: dying in between leaves a
/// qube as the next upgrade finds it.
plan::Activation make_true(World& world, const plan::Plan& plan, const engine::Prepared& prepared)
{
    engine::commit(plan, prepared, world.db);
    auto activated = engine::activate(world.db, world.hypervisor);
    engine::require_live(activated, changed_qubes(plan.changes));
    if (!plan.then.empty()) {
        plan::Plan next;
        next.changes = plan.then;
        engine::commit(next, prepared, world.db);
        activated = engine::activate(world.db, world.hypervisor);
        engine::require_live(activated, changed_qubes(plan.then));
    }
    return std::move(activated.done);
}

/// What releases say of themselves is little. Where it cannot be had, whatever fetches the rest says so.
void bring_what_can_be_had(KnownDetails& details, const std::vector<KnownRelease>& releases)
{
    for (const auto& release : releases) {
        try {
            details.bring(release);
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::bug) {
                throw;
            }
            log::debug(error.what());
        }
    }
}

} // namespace

plan::Occasion occasion(const World& world, const std::string& reason)
{
    const auto can = world.hypervisor.capabilities();
    return {world.clock.now(), reason, can.max_slots, {}, {}, can.starts_services};
}

plan::Occasion occasion(const World& world, const Snapshot& snapshot, const std::vector<QubeName>& qubes,
                        const std::string& reason, plan::NameWishes wishes)
{
    auto made = occasion(world, reason);
    made.wishes = std::move(wishes);
    made.base_names = base_names(world, snapshot, qubes);
    return made;
}

std::vector<AppId> apps_in(const Snapshot& snapshot, const std::vector<QubeName>& qubes)
{
    std::set<AppId> apps;
    for (const auto& name : qubes) {
        for (const auto& binding : plan::require_qube(snapshot, name).current_generation().bindings) {
            apps.insert(binding.app);
        }
    }
    return {apps.begin(), apps.end()};
}

std::vector<AppId> resolve_installed(const std::vector<std::string>& typed, const Snapshot& snapshot,
                                     const std::vector<QubeName>& qubes)
{
    const auto installed = apps_in(snapshot, qubes);
    std::vector<AppId> apps;
    for (const auto& word : typed) {
        apps.push_back(resolve_app(word, installed, "see `qpkg list`"));
    }
    return apps;
}

const std::vector<std::string>& PreparedChange::warnings() const
{
    static const std::vector<std::string> none;
    return catalog ? catalog->warnings() : none;
}

std::vector<QubeName> chosen_qubes(const Snapshot& snapshot, const QubeChoice& choice)
{
    std::set<QubeName> chosen;
    for (const auto& name : choice.names) {
        chosen.insert(plan::require_qube(snapshot, QubeName::require(name)).name);
    }
    if (choice.all) {
        for (const auto& qube : snapshot.qubes) {
            chosen.insert(qube.name);
        }
    }
    for (const auto& name : choice.skip) {
        chosen.erase(plan::require_qube(snapshot, QubeName::require(name)).name);
    }
    if (chosen.empty()) {
        throw Error(Code::usage, "no qube is named",
                    snapshot.qubes.empty() ? "make one: qpkg qube create NAME --base BASE"
                                           : "name one (--into, --from or --in QUBE), or say --all");
    }
    return {chosen.begin(), chosen.end()};
}

PreparedChange prepare_install(World& world, const InstallRequest& request)
{
    auto snapshot = state_of(world);
    const auto adopted = adopt_qubes(world, snapshot, request.into.names, occasion(world, request.reason));
    const auto qubes = chosen_qubes(snapshot, request.into);
    const auto channel = Channel::require(request.channel);
    auto catalog = std::make_unique<Catalog>(world, snapshot, request.reach);

    plan::Plan plan;
    std::set<BaseId> bases;
    for (const auto& name : qubes) {
        bases.insert(plan::require_qube(snapshot, name).base().id);
    }
    if (bases.size() > 1) {
        throw Error(Code::conflict, "these qubes have different bases, so they need different releases",
                    "install into the qubes of one base at a time");
    }
    std::vector<KnownRelease> releases;
    for (const auto& typed : request.apps) {
        const auto& offer = catalog->choose(catalog->resolve(typed), *bases.begin(), channel);
        releases.push_back(catalog->release(offer, request.allow));
    }
    KnownDetails details(world, *catalog);
    bring_what_can_be_had(details, releases);
    auto apps = apps_in(snapshot, qubes);
    for (const auto& release : releases) {
        apps.push_back(release.release.app);
    }
    plan = plan::plan_install(snapshot, releases, qubes,
                              occasion(world, snapshot, qubes, request.reason, wishes_of(request.names, apps)),
                              wishes_of(request.services, releases), consents_of(request.code, releases));
    require_fitting_base(world, snapshot, plan, details);
    require_apart(snapshot, plan, details);
    if (!plan.empty()) {
        plan.changes.insert(plan.changes.begin(), adopted.begin(), adopted.end());
    }
    auto change = priced(world, std::move(snapshot), std::move(plan), std::move(catalog));
    change.details = details.fetched();
    return change;
}

PreparedChange prepare_remove(World& world, const RemoveRequest& request)
{
    auto snapshot = state_of(world);
    const auto qubes = chosen_qubes(snapshot, request.from);
    const auto apps = resolve_installed(request.apps, snapshot, qubes);
    auto plan = plan::plan_remove(snapshot, apps, qubes, occasion(world, snapshot, qubes, request.reason));
    auto change = priced(world, std::move(snapshot), std::move(plan), nullptr);
    change.deletes_state = request.delete_state;
    return change;
}

std::vector<std::pair<QubeName, AppId>> states_left(const plan::Plan& plan)
{
    std::vector<std::pair<QubeName, AppId>> left;
    for (const auto& effect : plan.effects) {
        if (effect.from && !effect.to && !effect.from->release.first_start.is_nothing()) {
            left.emplace_back(effect.qube, effect.app);
        }
    }
    return left;
}

namespace {

/// The apps go back and the template does not: what then does not fit is named, and goes back all the same.
void tell_misfits_of(World& world, const Snapshot& snapshot, const plan::Plan& plan, const QubeName& name)
{
    const auto& qube = plan::require_qube(snapshot, name);
    const auto base = snapshot.base_of(qube.base()) == nullptr ? base_given_to(world, snapshot, name) : std::nullopt;
    const auto* to = base && !plan.changes.empty() ? std::get_if<PointQube>(&plan.changes.front()) : nullptr;
    if (to == nullptr) {
        return;
    }
    Catalog catalog(world, snapshot, Reach::offline);
    KnownDetails details(world, catalog);
    const auto generation = std::ranges::find(qube.generations, to->to, &Generation::number);
    for (const auto& found : misfits_in(snapshot, qube, *generation, *base, details)) {
        log::warning(found.app.text() + ' ' + found.version + " does not fit the template of " + name.text() + ": " +
                     found.what + "; qvm-volume revert brings an older template back, to all qubes that start from it");
    }
}

} // namespace

PreparedChange prepare_rollback(World& world, const RollbackRequest& request)
{
    auto snapshot = state_of(world);
    const auto qube = QubeName::require(request.qube);
    plan::require_qube(snapshot, qube);
    auto plan = plan::plan_rollback(snapshot, qube, request.to, base_names(world, snapshot, {qube}));
    tell_misfits_of(world, snapshot, plan, qube);
    // A commit that a generation still names is never collected, so this needs no repository.
    return priced(world, std::move(snapshot), std::move(plan), nullptr);
}

PreparedChange prepare_hold(World& world, const HoldRequest& request)
{
    auto snapshot = state_of(world);
    const auto qubes = chosen_qubes(snapshot, request.in);
    const auto apps = resolve_installed(request.apps, snapshot, qubes);
    const auto when = occasion(world, snapshot, qubes, request.reason);
    auto plan = request.base ? plan::plan_hold_base(snapshot, qubes, request.held, when)
                             : plan::plan_hold(snapshot, apps, qubes, request.held, when);
    return priced(world, std::move(snapshot), std::move(plan), nullptr);
}

PreparedChange prepare_export(World& world, const ExportRequest& request)
{
    auto snapshot = state_of(world);
    const auto qube = QubeName::require(request.qube);
    const auto installed = apps_in(snapshot, {qube});
    const auto app = resolve_app(request.app, installed, "see `qpkg list`");
    auto wishes = wishes_of(request.wishes, installed);
    wishes.own = own_exports(world, snapshot, {qube, app, request.names, request.drop});
    auto plan = plan::plan_names(snapshot, qube, occasion(world, snapshot, {qube}, request.reason, std::move(wishes)));
    require_tellable(snapshot, plan);
    return priced(world, std::move(snapshot), std::move(plan), nullptr);
}

PreparedChange prepare_layout(World& world, const LayoutRequest& request)
{
    auto snapshot = state_of(world);
    const auto qube = QubeName::require(request.qube);
    plan::require_qube(snapshot, qube);
    auto plan = plan::plan_layout(snapshot, qube, request.layout, occasion(world, snapshot, {qube}, request.reason));
    return priced(world, std::move(snapshot), std::move(plan), nullptr); // all commits are here: generations name them
}

void require_still_there(const World& world, const PreparedChange& change)
{
    const auto now = engine::take_snapshot(world.db, world.content, world.volumes);
    const auto& then = change.snapshot;
    const bool all =
        std::ranges::includes(now.volumes, then.volumes) && std::ranges::includes(now.commits, then.commits) &&
        std::ranges::includes(now.details, then.details) &&
        std::ranges::all_of(then.releases, [&](const auto& known) { return now.releases.contains(known.first); });
    if (!all) {
        throw Error(Code::conflict, "another qpkg has removed what this change was to use, meanwhile",
                    "run the command again: what was fetched is not fetched twice");
    }
}

void bring_first(plan::Plan& plan, const KnownRelease& release)
{
    const plan::Step bring = plan::FetchCommit{release};
    std::erase(plan.prepare, bring); // perhaps for its details, after what is made of the commit
    plan.prepare.insert(plan.prepare.begin(), bring);
}

void bring_again(const World& world, PreparedChange& change, const engine::Damaged& damaged)
{
    for (const auto& release : damaged.releases) {
        bring_first(change.plan, release);
    }
    auto now = engine::take_snapshot(world.db, world.content, world.volumes);
    change.snapshot.commits = std::move(now.commits);
    change.snapshot.details = std::move(now.details);
    change.snapshot.volumes = std::move(now.volumes);
}

ChangeReport apply(World& world, PreparedChange& change)
{
    require_agreed(change.plan);
    ChangeReport report{};
    report.prepared = prepare_steps(world, change);
    require_told_exports(world, change.plan);
    require_whole_trees(world, change.plan);
    require_extension_trees(world, change.snapshot, change.plan);
    require_fitting_base(world, change.snapshot, change.plan);
    const auto activation = make_true(world, change.plan, report.prepared);
    require_present(change.plan, activation);

    const auto after = engine::take_snapshot(world.db, world.content, world.volumes);
    world.hypervisor.show_menus(plan::wanted_menus(after));
    std::set<QubeName> touched;
    for (const auto& effect : change.plan.effects) {
        touched.insert(effect.qube);
    }
    for (const auto& effect : change.plan.bases) {
        touched.insert(effect.qube);
    }
    const auto is_among = [](const std::vector<QubeName>& qubes, const QubeName& name) {
        return std::ranges::find(qubes, name) != qubes.end();
    };
    for (const auto& name : touched) {
        report.qubes.push_back({name, plan::require_qube(after, name).current, is_among(activation.outdated, name),
                                is_among(activation.waiting, name)});
    }
    for (const auto& disposable : activation.outdated_disposables) {
        if (touched.contains(disposable.of)) {
            report.outdated_disposables.push_back(disposable);
        }
    }
    report.reclaimable = reclaimable(world, after, 0);
    return report;
}

bool is_interrupted(World& world)
{
    return plan::plan_activation(world.db.snapshot(), engine::look(world.hypervisor)).is_pending();
}

void recover(World& world)
{
    const auto adoption = look_for_strangers(world, world.db.snapshot());
    if (!adoption.changes.empty()) {
        world.db.commit(adoption.changes);
    }
    for (const auto& qube : adoption.replaced) {
        log::warning(qube.text() +
                     " is another qube than the one that was recorded under this name: its record is gone");
    }
    for (const auto& qube : adoption.adopted) {
        log::warning(qube.text() + " has apps and had no record, as after a clone: they are recorded now");
    }
    for (const auto& [qube, why] : engine::activate(world.db, world.hypervisor).failed) {
        log::warning("recorded, but not yet live in " + qube.text() + ": " + why.what() +
                     (why.hint().empty() ? "" : " (" + why.hint() + ')'));
    }
}

} // namespace qpkg::app
