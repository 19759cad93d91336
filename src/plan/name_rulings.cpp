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

std::vector<Claimant> claimants_of(const NamedApps& apps, const Rulings& rulings)
{
    std::vector<Claimant> claimants;
    for (const auto& bound : apps.apps) {
        const auto& app = bound.release.app;
        const auto found = rulings.find(app);
        claimants.push_back({app, found == rulings.end() ? claims_of(bound.release.exports)
                                                         : claims_of(bound.release.exports, found->second)});
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
    for (auto claimant = claimants.begin(); claimant != claimants.end(); ++claimant) {
        const auto* claim = find_claim(*claimant, key);
        const bool is_earlier = claim != nullptr && claimant != has_it &&
                                (claim->rank < held->rank || (claim->rank == held->rank && claimant < has_it));
        if (is_earlier) {
            withhold(rulings, claimant->app, {claim->made->kind, claim->made->name});
        }
    }
}

} // namespace

Rulings rulings_of(const NamedApps& apps)
{
    auto rulings = rulings_of_aliases(apps.aliases);
    const auto claimants = claimants_of(apps, rulings);
    for (const auto& [key, holder] : apps.holders) {
        rule(rulings, claimants, key, holder);
    }
    for (auto& [app, those] : rulings) {
        std::ranges::sort(those);
    }
    return rulings;
}

std::map<NameKey, HeldName> held_names(const NamedApps& apps)
{
    const auto claimants = claimants_of(apps, rulings_of(apps));
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
    for (const auto& claimant : claimants_of(apps, rulings_of_aliases(apps.aliases))) {
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
