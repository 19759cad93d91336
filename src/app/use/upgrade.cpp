// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/upgrade.hpp"

#include "app/use/adoption.hpp"
#include "app/use/cost.hpp"
#include "app/use/fetching.hpp"
#include "app/use/moving_bases.hpp"
#include "app/use/names_wished.hpp"
#include "app/use/security_fixes.hpp"
#include "plan/plan.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

/// The newer releases of what is installed, and which of them cannot be had.
class NewerReleases {
public:
    NewerReleases(Catalog& catalog, const UpgradeRequest& request, KnownDetails& details, SecurityFixes& fixes,
                  const std::vector<plan::NewBase>& bases)
        : catalog_(catalog), request_(request), details_(details), fixes_(fixes), bases_(bases)
    {
    }

    void look(const plan::Upgradable& one)
    {
        const auto* offer = catalog_.newest(one.app, one.qube.base().id, one.bound.release.channel);
        try {
            if (offer != nullptr && one.is_newer(offer->release.sequence)) {
                take(one.bound, catalog_.release(*offer, request_.allow));
                return;
            }
        } catch (const Error& error) {
            if (!is_of_the_release(error)) {
                throw;
            }
            left_out_.emplace(one.app, error);
            has_news_ = true;
            return;
        }
        // Up to date, as far as is known: what the repository has now is not.
        if (const auto* failure = catalog_.failure(one.bound.repo)) {
            left_out_.emplace(one.app, *failure);
        }
    }

    /// Of something that was left out it is known that there is a newer release.
    bool has_news() const { return has_news_; }

    std::vector<KnownRelease> releases() const
    {
        std::vector<KnownRelease> all;
        for (const auto& [id, release] : releases_) {
            all.push_back(release);
        }
        return all;
    }

    std::vector<LeftOut> left_out() const
    {
        std::vector<LeftOut> all;
        for (const auto& [app, error] : left_out_) {
            all.push_back({app, error});
        }
        return all;
    }

private:
    void take(const KnownRelease& bound, KnownRelease newer)
    {
        details_.bring(newer);
        const bool mends = fixes_.look(bound, newer);
        if (mends || !request_.only_security || is_left_behind(bound)) {
            releases_.emplace(newer.id, std::move(newer));
        }
    }

    /// A base that moves would leave it on an older one, or stay for its sake.
    bool is_left_behind(const KnownRelease& bound)
    {
        return std::ranges::any_of(bases_, [&](const plan::NewBase& next) {
            return bound.release.base.fits(next.base.id) && details_.misfit(bound, next.base);
        });
    }

    Catalog& catalog_;
    const UpgradeRequest& request_;
    KnownDetails& details_;
    SecurityFixes& fixes_;
    const std::vector<plan::NewBase>& bases_;
    bool has_news_ = false;
    std::map<ManifestId, KnownRelease> releases_;
    std::map<AppId, Error> left_out_;
};

/// Of the steps that are about one release.
const KnownRelease* release_of(const plan::Step& step)
{
    if (const auto* fetch = std::get_if<plan::FetchCommit>(&step)) {
        return &fetch->release;
    }
    const auto* build = std::get_if<plan::BuildVolume>(&step);
    return build == nullptr ? nullptr : &build->release;
}

void add(engine::Prepared& sum, engine::Prepared more)
{
    engine::add(sum.imported, more.imported);
    sum.volumes.insert(sum.volumes.end(), more.volumes.begin(), more.volumes.end());
    sum.composed.merge(more.composed);
}

bool has_note(const plan::Plan& plan, const plan::ExtensionNote& note)
{
    return std::ranges::find(plan.extensions, note) != plan.extensions.end();
}

/// A person said yes to another plan: an app whose extension would fall out now stays as well.
plan::Plan plan_without(PreparedChange& change, std::set<AppId> without)
{
    for (;;) {
        auto plan = change.replan(change.snapshot, without);
        const auto fallen = std::ranges::find_if(plan.extensions, [&](const plan::ExtensionNote& note) {
            return note.outcome == plan::ExtensionNote::Outcome::falls_out && !has_note(change.plan, note);
        });
        if (fallen == plan.extensions.end()) {
            return plan;
        }
        const auto& binding =
            *std::ranges::find(plan::require_qube(change.snapshot, fallen->qube).current_generation().bindings,
                               fallen->app, &Binding::app);
        const auto app = AppId::require(owner_of(change.snapshot.release(binding.release).release.extends->point));
        if (!without.insert(app).second) {
            return plan;
        }
        change.left_out.push_back(
            {app, Error(Code::conflict, "its extension " + fallen->app.text() + " cannot be had: " + fallen->why)});
    }
}

plan::BaseChoice choice_of(World& world, const Snapshot& snapshot, const BaseOffers& bases,
                           const std::vector<AppId>& hold_for)
{
    plan::BaseChoice choice{.offers = bases.offers(),
                            .hold_for = {hold_for.begin(), hold_for.end()},
                            .keeps_bases = world.hypervisor.capabilities().keeps_bases,
                            .stays = bases.stays()};
    if (choice.offers.empty()) {
        return choice;
    }
    for (const auto& runs : world.hypervisor.attached()) {
        const auto* qube = snapshot.find_qube(runs.qube);
        const auto* base = qube == nullptr ? nullptr : snapshot.base_of(qube->base());
        if (base != nullptr && runs.base == base->volume) {
            choice.running.insert(runs.qube);
        }
    }
    return choice;
}

using Planner = std::function<plan::Plan(const Snapshot&, const std::set<AppId>&)>;

/// Plans an upgrade, and anew without apps or bases that cannot be had.
Planner planner_of(std::vector<KnownRelease> releases, std::vector<QubeName> qubes, plan::Occasion when,
                   plan::BaseChoice moves)
{
    return [releases = std::move(releases), qubes = std::move(qubes), when = std::move(when),
            moves = std::move(moves)](const Snapshot& now, const std::set<AppId>& without) {
        auto others = releases;
        std::erase_if(others, [&](const KnownRelease& known) { return without.contains(known.release.app); });
        auto rest = moves;
        std::erase_if(rest.offers, [&](const plan::NewBase& one) {
            const auto id = AppId::parse(one.base.id.text());
            return id && without.contains(*id);
        });
        return plan::plan_upgrade(now, others, qubes, when, rest);
    };
}

} // namespace

bool is_of_the_release(const Error& error)
{
    return error.code() != Code::interrupted && error.code() != Code::bug && error.code() != Code::no_space &&
           error.code() != Code::busy;
}

void leave_out(PreparedChange& change, const std::map<AppId, Error>& failed)
{
    std::set<AppId> without;
    for (const auto& [app, error] : failed) {
        without.insert(app);
        change.left_out.push_back({app, error});
    }
    std::map<std::pair<QubeName, AppId>, Cost> costs;
    for (std::size_t i = 0; i < change.plan.effects.size(); ++i) {
        costs.emplace(std::pair(change.plan.effects[i].qube, change.plan.effects[i].app), change.costs[i]);
    }
    change.plan = plan_without(change, std::move(without));
    std::ranges::sort(change.left_out, {}, &LeftOut::app);
    if (change.plan.empty()) {
        throw failed.begin()->second.within("cannot upgrade " + failed.begin()->first.text());
    }
    change.costs.clear();
    for (const auto& effect : change.plan.effects) {
        change.costs.push_back(costs[{effect.qube, effect.app}]);
    }
    if (change.plan.bases.empty()) { // a base moves everywhere or nowhere
        change.base_costs.clear();
    }
}

PreparedChange prepare_upgrade(World& world, const UpgradeRequest& request)
{
    auto snapshot = state_of(world);
    auto choice = request.in;
    choice.all = choice.all || choice.names.empty();
    const auto qubes = chosen_qubes(snapshot, choice);
    const auto named = resolve_installed(request.apps, snapshot, qubes);
    auto catalog = std::make_unique<Catalog>(world, snapshot, request.reach);

    const auto details = std::make_shared<KnownDetails>(world, *catalog);
    SecurityFixes fixes(*details);
    BaseOffers bases(world, snapshot, *catalog, request.allow, *details, fixes, request.only_security);
    for (const auto& name : named.empty() ? qubes : std::vector<QubeName>()) {
        bases.look(plan::require_qube(snapshot, name));
    }
    NewerReleases newer(*catalog, request, *details, fixes, bases.offers());
    for (const auto& one : plan::upgradable(snapshot, qubes, named)) {
        newer.look(one);
    }
    auto when = occasion(world, snapshot, qubes, request.reason, wishes_of(request.names, apps_in(snapshot, qubes)));
    for (const auto& offer : bases.offers()) {
        add_base_names(world, when.base_names, offer.base.commit, details->of(offer.base));
    }
    auto moves = choice_of(world, snapshot, bases, resolve_installed(request.hold_base_for, snapshot, qubes));
    moves.misfit = [details](const KnownRelease& known, const Base& base) { return details->misfit(known, base); };
    const auto replan = planner_of(newer.releases(), qubes, std::move(when), std::move(moves));
    PreparedChange change{std::move(snapshot), {}, {}, 0, 0, nullptr};
    change.plan = replan(change.snapshot, {});
    require_tellable(change.snapshot, change.plan);
    change.left_out = newer.left_out();
    for (const auto& [base, why] : bases.left_out()) {
        change.left_out.push_back({base, why});
    }
    std::ranges::sort(change.left_out, {}, &LeftOut::app);
    change.details = details->fetched();
    change.mended = fixes.mended();
    const bool is_told = request.only_looks && newer.has_news();
    if (!is_told && !change.left_out.empty() && (change.plan.empty() || !named.empty())) {
        const auto& [app, why] = change.left_out.front();
        throw why.within("cannot upgrade " + app.text());
    }
    change.catalog = std::move(catalog);
    if (named.empty()) {
        change.replan = replan;
    }
    estimate_costs(world, change);
    return change;
}

engine::Prepared prepare_steps(World& world, PreparedChange& change)
{
    const auto prepare = [&](std::vector<plan::Step> steps) {
        plan::Plan part;
        part.prepare = std::move(steps);
        return engine::prepare(part, world.content, world.volumes, nothing_more(), world.progress);
    };
    if (!change.replan) {
        return prepare(change.plan.prepare);
    }
    engine::Prepared prepared;
    std::vector<plan::Step> done;
    std::map<AppId, Error> failed;
    for (const auto& step : change.plan.prepare) {
        const auto* known = release_of(step);
        if (known == nullptr || failed.contains(known->release.app)) {
            continue;
        }
        try {
            add(prepared, prepare({step}));
            done.push_back(step);
        } catch (const engine::Damaged&) {
            throw;
        } catch (const Error& error) {
            if (!is_of_the_release(error)) {
                throw;
            }
            failed.emplace(known->release.app, error);
        }
    }
    if (!failed.empty()) {
        leave_out(change, failed);
    }
    auto rest = change.plan.prepare;
    std::erase_if(rest, [&](const plan::Step& step) { return std::ranges::find(done, step) != done.end(); });
    add(prepared, prepare(std::move(rest)));
    return prepared;
}

} // namespace qpkg::app
