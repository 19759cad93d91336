// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/names.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

using Rulings = std::map<AppId, std::vector<NameRuling>>;

Rulings rulings_of_aliases(const std::set<Alias>& aliases)
{
    Rulings rulings;
    for (const auto& alias : aliases) {
        rulings[alias.app].push_back({alias.key, alias.name});
    }
    return rulings;
}

std::vector<Claimant> claimants_of(const NamedApps& apps, const ToldNames& told)
{
    std::vector<Claimant> claimants;
    for (const auto& bound : apps.apps) {
        const auto& app = bound.release.app;
        const auto found = told.rulings.find(app);
        const auto& exports = bound.release.exports;
        claimants.push_back({app, found == told.rulings.end() ? claims_of(exports) : claims_of(exports, found->second),
                             told.turn_of(app)});
    }
    return claimants;
}

const Claim* find_claim(const Claimant& claimant, const NameKey& key)
{
    const auto found = std::ranges::find(claimant.claims, key, &Claim::key);
    return found == claimant.claims.end() ? nullptr : &*found;
}

void withhold(Rulings& rulings, const AppId& app, const NameKey& exported)
{
    auto& those = rulings[app];
    std::erase_if(those, [&](const NameRuling& ruling) { return ruling.key == exported; });
    those.push_back({exported, {}});
}

/// Those whom the rule would give the name before its holder do not get it.
void rule(Rulings& rulings, const std::vector<Claimant>& claimants, const NameKey& key, const AppId& holder)
{
    const auto has_it = std::ranges::find(claimants, holder, &Claimant::app);
    const auto* held = has_it == claimants.end() ? nullptr : find_claim(*has_it, key);
    if (held == nullptr) {
        return;
    }
    for (const auto& claimant : claimants) {
        const auto* claim = find_claim(claimant, key);
        const bool is_earlier =
            claim != nullptr && claimant.app != holder &&
            (claim->rank < held->rank || (claim->rank == held->rank && claimant.is_asked_before(*has_it)));
        if (is_earlier) {
            withhold(rulings, claimant.app, {claim->made->kind, claim->made->name});
        }
    }
}

ToldNames told_with(const NamedApps& apps, std::map<AppId, std::uint64_t> turns)
{
    ToldNames told{rulings_of_aliases(apps.aliases), std::move(turns)};
    const auto claimants = claimants_of(apps, told);
    for (const auto& [key, holder] : apps.holders) {
        rule(told.rulings, claimants, key, holder);
    }
    for (auto& [app, those] : told.rulings) {
        std::ranges::sort(those);
    }
    return told;
}

std::size_t words_of(const ToldNames& told)
{
    auto words = told.turns.size();
    for (const auto& [app, rulings] : told.rulings) {
        words += rulings.size();
    }
    return words;
}

} // namespace

ToldNames told_names(const NamedApps& apps)
{
    std::map<AppId, std::uint64_t> turns;
    for (const auto& bound : apps.apps) {
        turns.emplace(bound.release.app, bound.since);
    }
    auto by_id = told_with(apps, {});
    auto in_turn = told_with(apps, std::move(turns));
    return words_of(in_turn) < words_of(by_id) ? in_turn : by_id;
}

std::map<NameKey, HeldName> held_names(const NamedApps& apps)
{
    const auto claimants = claimants_of(apps, told_names(apps));
    const auto holders = holders_by_rule(claimants);
    std::map<NameKey, HeldName> held;
    for (const auto& claimant : claimants) {
        for (const auto& claim : claimant.claims) {
            if (holders.at(claim.key) == claimant.app) {
                held.try_emplace(claim.key, HeldName{claimant.app, claim.made});
            }
        }
    }
    return held;
}

std::vector<NameEffect> names_called(const QubeName& qube, const NamedApps& apps, const std::string& name,
                                     const std::set<NameKey>& of_base)
{
    const auto held = held_names(apps);
    std::map<NameKey, NameEffect> called;
    for (const auto& claimant : claimants_of(apps, {rulings_of_aliases(apps.aliases), {}})) {
        for (const auto& claim : claimant.claims) {
            if (claim.key.name != name && claim.made->name != name) {
                continue;
            }
            auto& effect =
                called.try_emplace(claim.key, NameEffect{qube, claim.key, std::nullopt, std::nullopt, {}, {}})
                    .first->second;
            const auto holder = held.find(claim.key);
            const bool is_free = !is_own_name(claim.key) && !of_base.contains(claim.key);
            if (is_free && holder != held.end() && holder->second.app == claimant.app) {
                effect.to = claimant.app;
                effect.stands_for = claim.made->name == claim.key.name ? "" : claim.made->name;
            } else {
                effect.without.push_back(claimant.app);
            }
        }
    }
    std::vector<NameEffect> effects;
    for (auto& [key, effect] : called) {
        effects.push_back(std::move(effect));
    }
    return effects;
}

} // namespace qpkg::plan
