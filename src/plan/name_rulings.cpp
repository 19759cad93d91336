// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/names.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

using Rulings = std::map<AppId, std::vector<NameRuling>>;

/// What the owner of the qube says of names.
Rulings rulings_of_owner(const NamedApps& apps)
{
    Rulings rulings;
    for (const auto& alias : apps.aliases) {
        rulings[alias.app].push_back({alias.key, alias.name});
    }
    for (const auto& own : apps.own) {
        auto& those = rulings[own.app];
        const auto with_alias = std::ranges::find(those, own.key, &NameRuling::key);
        if (with_alias == those.end()) {
            those.push_back({own.key, {}, own.path});
        } else {
            with_alias->path = own.path;
        }
    }
    return rulings;
}

std::vector<Claimant> claimants_of(const NamedApps& apps, const ToldNames& told)
{
    std::vector<Claimant> claimants;
    for (const auto& bound : apps.apps) {
        const auto& [app, exports, since] = bound;
        const auto found = told.rulings.find(app);
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
    const auto said = std::ranges::find(those, exported, &NameRuling::key);
    if (said == those.end()) {
        those.push_back({exported, {}});
    } else if (said->path.empty()) {
        said->instead.clear();
    } else {
        those.erase(said); // an added name that is not told of is not there
    }
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
    ToldNames told{rulings_of_owner(apps), std::move(turns)};
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
        turns.emplace(bound.app, bound.since);
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
    const auto effect_on = [&](const NameKey& key) -> NameEffect& {
        const bool has_base = is_own_name(key) || of_base.contains(key);
        NameEffect nobody{qube, key, std::nullopt, std::nullopt, {}, {}, !has_base};
        return called.try_emplace(key, std::move(nobody)).first->second;
    };
    for (const auto& claimant : claimants_of(apps, {rulings_of_owner(apps), {}})) {
        for (const auto& claim : claimant.claims) {
            if (claim.key.name != name && claim.made->name != name) {
                continue;
            }
            auto& effect = effect_on(claim.key);
            const auto holder = held.find(claim.key);
            const bool may_have_it = effect.is_free || effect.to;
            if (may_have_it && holder != held.end() && holder->second.app == claimant.app) {
                effect.to = claimant.app;
                effect.is_free = false;
                effect.stands_for = claim.made->name == claim.key.name ? "" : claim.made->name;
            } else {
                effect.without.push_back(claimant.app);
            }
        }
    }
    for (const auto& own : apps.own) {
        if (own.path.empty() && own.key.name == name) {
            effect_on(own.key).without.push_back(own.app);
        }
    }
    std::vector<NameEffect> effects;
    for (auto& [key, effect] : called) {
        std::ranges::sort(effect.without);
        effects.push_back(std::move(effect));
    }
    return effects;
}

} // namespace qpkg::plan
