// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/rebase.hpp"

#include "app/use/cost.hpp"
#include "app/use/known_details.hpp"
#include "app/use/moving_bases.hpp"
#include "app/use/names_wished.hpp"
#include "plan/rebase.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

/// What is here counts as much as what is offered: the newer of both.
plan::NewBase base_named(World& world, const Snapshot& snapshot, Catalog& catalog, const RebaseRequest& request,
                         KnownDetails& details)
{
    auto offered = offered_base(world, catalog, request.to, request.allow, details);
    const auto id = BaseId::parse(request.to);
    const auto* here = id ? plan::known_base(snapshot, *id) : nullptr;
    if (here != nullptr && (!offered || offered->base.number <= here->number)) {
        return {*here};
    }
    return offered ? *std::move(offered) : plan::NewBase{plan::require_base(snapshot, BaseId::require(request.to))};
}

std::vector<QubeName> qubes_to_move(const Snapshot& snapshot, QubeChoice choice, const Base& base)
{
    choice.all = choice.all || choice.names.empty();
    auto qubes = chosen_qubes(snapshot, choice);
    std::erase_if(qubes, [&](const QubeName& name) {
        return plan::stands_on(snapshot, plan::require_qube(snapshot, name), base);
    });
    return qubes;
}

/// The newest release for that base of each app that these qubes have, where there is one.
std::vector<KnownRelease> releases_for(const Snapshot& snapshot, Catalog& catalog, const std::vector<QubeName>& qubes,
                                       const Base& base, const Allowances& allow, KnownDetails& details)
{
    std::vector<KnownRelease> releases;
    for (const auto& one : plan::upgradable(snapshot, qubes, apps_in(snapshot, qubes))) {
        const auto& now = one.bound.release;
        const auto* offer = catalog.newest(one.app, base.id, now.channel);
        const bool is_known =
            std::ranges::any_of(releases, [&](const KnownRelease& known) { return known.release.app == one.app; });
        if (offer != nullptr && !is_known) {
            releases.push_back(catalog.release(*offer, allow));
            details.bring(releases.back());
        }
    }
    return releases;
}

} // namespace

PreparedChange prepare_rebase(World& world, const RebaseRequest& request)
{
    if (!world.hypervisor.capabilities().makes_qubes) {
        throw Error(Code::unsupported, "the base of a qube is its template here",
                    "give it another one: qvm-prefs QUBE template TEMPLATE");
    }
    auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    auto catalog = std::make_unique<Catalog>(world, snapshot, request.reach);
    KnownDetails details(world, *catalog);
    const auto base = base_named(world, snapshot, *catalog, request, details);
    const auto qubes = qubes_to_move(snapshot, request.qubes, base.base);
    const auto releases = releases_for(snapshot, *catalog, qubes, base.base, request.allow, details);
    auto when = occasion(world, snapshot, qubes, request.reason, {});
    add_base_names(world, when.base_names, base.base.commit, details.of(base.base));
    auto plan = plan::plan_rebase(snapshot, base, releases, qubes, when,
                                  [&](const KnownRelease& known, const Base& on) { return details.misfit(known, on); });
    PreparedChange change{std::move(snapshot), std::move(plan), {}, 0, 0, std::move(catalog)};
    change.details = details.fetched();
    estimate_costs(world, change);
    return change;
}

std::optional<std::string> what_fails(World& world, const QubeName& qube, const std::vector<std::string>& check)
{
    const auto fails = [&](const std::vector<std::string>& argv) -> std::optional<std::string> {
        try {
            const auto status = world.runner.run(qube, {argv, RunAs::user});
            return status == 0 ? std::nullopt
                               : std::optional(text::join(argv, " ") + " ended with " + std::to_string(status));
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::bug) {
                throw;
            }
            return error.what();
        }
    };
    world.runner.stop(qube);
    if (auto why = fails({"true"})) {
        return why;
    }
    const auto snapshot = world.db.snapshot();
    for (const auto& binding : plan::require_qube(snapshot, qube).current_generation().bindings) {
        const auto& release = snapshot.release(binding.release).release;
        if (release.extends) { // it has no view
            continue;
        }
        if (auto why = fails({"qpkg-run", "--view=" + binding.app.text(), "true"})) {
            return short_name(binding.app) + ": " + *why;
        }
    }
    return check.empty() ? std::nullopt : fails(check);
}

} // namespace qpkg::app
