// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/names.hpp"

#include "plan/name_clash.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace qpkg::plan {
namespace {

struct Contender {
    AppId app;
    Rank rank;
    std::uint64_t since;
    std::string own_name; ///< differs from the name for an alias

    /// Who comes first where nobody has said anything.
    bool is_before(const Contender& other) const
    {
        return std::tie(rank, since, app) < std::tie(other.rank, other.since, other.app);
    }
};

using Contenders = std::map<NameKey, std::vector<Contender>>;

std::vector<NameRuling> rulings_for(const std::set<Alias>& aliases, const AppId& app)
{
    std::vector<NameRuling> rulings;
    for (const auto& alias : aliases) {
        if (alias.app == app) {
            rulings.push_back({alias.key, alias.name});
        }
    }
    return rulings;
}

Contenders contenders_of(const std::vector<BoundApp>& apps, const std::set<Alias>& aliases)
{
    Contenders contenders;
    for (const auto& [app, exports, since] : apps) {
        for (const auto& claim : claims_of(exports, rulings_for(aliases, app))) {
            contenders[claim.key].push_back({app, claim.rank, since, claim.made->name});
        }
    }
    return contenders;
}

const Contender* find(const std::vector<Contender>& contenders, const AppId& app)
{
    const auto found = std::ranges::find(contenders, app, &Contender::app);
    return found == contenders.end() ? nullptr : &*found;
}

const std::vector<Contender>& at(const Contenders& contenders, const NameKey& key)
{
    static const std::vector<Contender> nobody;
    const auto found = contenders.find(key);
    return found == contenders.end() ? nobody : found->second;
}

bool is_of_base(const std::set<NameKey>& of_base, const NameKey& key)
{
    return is_own_name(key) || of_base.contains(key);
}

/// Who has a name by what is recorded; nothing: nobody, or the base.
std::optional<AppId> holder_of(const std::map<NameKey, AppId>& holders, const Contenders& contenders,
                               const NameKey& key)
{
    const auto& those = at(contenders, key);
    const auto recorded = holders.find(key);
    if (recorded != holders.end()) {
        return recorded->second;
    }
    return those.size() == 1 ? std::optional(those.front().app) : std::nullopt;
}

/// The names of two states side by side.
struct Comparison {
    const QubeName& qube;
    const Contenders& before;
    const Contenders& after;
    const std::map<NameKey, AppId>& holders_before;
    const std::map<NameKey, AppId>& holders_after;
    const std::set<NameKey>& of_base;
    std::set<NameKey> touched; ///< of which the owner of the qube says something else than before
};

const BoundApp* find_app(const std::vector<BoundApp>& apps, const AppId& app)
{
    const auto found = std::ranges::find(apps, app, &BoundApp::app);
    return found == apps.end() ? nullptr : &*found;
}

bool asks_for(const std::vector<BoundApp>& apps, const AppId& app, const NameKey& key)
{
    const auto* bound = find_app(apps, app);
    return bound != nullptr && std::ranges::any_of(bound->exports, [&](const Export& made) {
               return made.kind == key.kind && made.name == key.name;
           });
}

/// Names that the owner adds, drops or leaves to the module again, of apps that are in both states.
std::set<NameKey> touched_names(const NamedApps& before, const std::vector<BoundApp>& after,
                                const std::set<OwnExport>& own_after)
{
    std::vector<OwnExport> changed;
    std::ranges::set_symmetric_difference(before.own, own_after, std::back_inserter(changed));
    std::set<NameKey> touched;
    for (const auto& own : changed) {
        if (find_app(before.apps, own.app) != nullptr && find_app(after, own.app) != nullptr) {
            touched.insert(own.key);
        }
    }
    return touched;
}

std::optional<NameEffect> effect_on(const Comparison& states, const NameKey& key,
                                    const std::vector<Contender>& contenders)
{
    const auto& earlier = at(states.before, key);
    NameEffect effect{states.qube, key, std::nullopt, std::nullopt, {}, {}};
    if (!is_of_base(states.of_base, key)) {
        effect.from = holder_of(states.holders_before, states.before, key);
        effect.to = holder_of(states.holders_after, states.after, key);
        effect.is_free = !effect.to;
    }
    bool is_news = (effect.from && effect.from != effect.to) || states.touched.contains(key);
    for (const auto& contender : contenders) {
        const auto* as_before = find(earlier, contender.app);
        const bool is_alias = contender.own_name != key.name;
        if (effect.to == contender.app) {
            effect.stands_for = is_alias ? contender.own_name : "";
            is_news = is_news || (is_alias && as_before == nullptr);
        } else {
            effect.without.push_back(contender.app);
            is_news = is_news || as_before == nullptr;
        }
    }
    return is_news ? std::optional(std::move(effect)) : std::nullopt;
}

std::vector<NameEffect> effects_between(const Comparison& states)
{
    auto keys = states.touched;
    std::ranges::transform(states.after, std::inserter(keys, keys.end()),
                           [](const auto& asked) { return asked.first; });
    std::vector<NameEffect> effects;
    for (const auto& key : keys) {
        if (auto effect = effect_on(states, key, at(states.after, key))) {
            effects.push_back(*std::move(effect));
        }
    }
    return effects;
}

/// What the owner says that is not what the modules of `after` say, with what is wished for.
std::set<OwnExport> next_own(const NamedApps& before, const std::vector<BoundApp>& after, const NameWishes& wishes)
{
    auto own = before.own;
    for (const auto& wish : wishes.own) {
        if (find_app(after, wish.app) == nullptr) {
            continue; // it is in another of the command's qubes
        }
        const auto forgotten =
            std::erase_if(own, [&](const OwnExport& said) { return said.app == wish.app && said.key == wish.key; });
        const bool is_drop = wish.path.empty();
        if (is_drop && forgotten == 0 && !asks_for(after, wish.app, wish.key)) {
            throw Error(Code::not_found, wish.app.text() + " exports no " + words_for(wish.key),
                        "see `qpkg info " + wish.app.text() + "`");
        }
        own.insert(wish);
    }
    std::erase_if(own, [&](const OwnExport& said) {
        const bool is_drop = said.path.empty();
        return find_app(after, said.app) == nullptr || asks_for(after, said.app, said.key) != is_drop;
    });
    return own;
}

/// The aliases that still mean something, with what is wished for.
std::set<Alias> next_aliases(const NamedApps& before, const std::vector<BoundApp>& after, const NameWishes& wishes,
                             const std::set<NameKey>& of_base)
{
    auto aliases = before.aliases;
    std::erase_if(aliases, [&](const Alias& alias) { return !asks_for(after, alias.app, alias.key); });
    for (const auto& wish : wishes.aliases) {
        if (find_app(after, wish.app) == nullptr) {
            continue; // it is in another of the command's qubes
        }
        const NameKey called{wish.key.kind, wish.name};
        if (!asks_for(after, wish.app, wish.key)) {
            throw Error(Code::not_found, wish.app.text() + " exports no " + words_for(wish.key),
                        "see `qpkg info " + wish.app.text() + "`");
        }
        if (wish.key != called && asks_for(after, wish.app, called)) {
            throw Error(Code::usage, wish.app.text() + " has a " + words_for(called) + " itself",
                        "choose another name");
        }
        if (wish.key != called && is_of_base(of_base, called)) {
            throw Error(Code::conflict, "the base has a " + words_for(called), "choose another name");
        }
        std::erase_if(aliases, [&](const Alias& other) { return other.app == wish.app && other.key == wish.key; });
        if (wish.key != called) {
            aliases.insert(wish);
        }
    }
    return aliases;
}

/// Decides one name after the other.
class Decider {
public:
    Decider(const QubeName& qube, const NamedApps& before, const NameWishes& wishes)
        : qube_(qube), before_(before), wishes_(wishes), earlier_(contenders_of(before.apps, before.aliases))
    {
    }

    const Contenders& earlier() const { return earlier_; }

    AppId winner(const NameKey& key, const std::vector<Contender>& contenders)
    {
        if (const auto* preferred = preferred_of(key, contenders)) {
            return preferred->app;
        }
        const auto had = holder_of(before_.holders, earlier_, key);
        const auto* holder = had ? find(contenders, *had) : nullptr;
        const auto* best = holder;
        for (const auto& contender : contenders) {
            if (&contender == holder) {
                continue;
            }
            const bool may_take = holder == nullptr || (contender.rank == Rank::first && is_asked(key, contender));
            if (best != nullptr && may_take && both_first(*best, contender) &&
                (is_asked(key, contender) || is_asked(key, *best))) {
                clashes_.push_back({key, best->app, contender.app});
            } else if (best == nullptr || (may_take && contender.is_before(*best))) {
                best = &contender;
            }
        }
        return best->app;
    }

    void refuse_clashes() const
    {
        if (!clashes_.empty()) {
            throw clash_error(qube_, clashes_, [&](const AppId& app) { return is_new(app); });
        }
    }

private:
    static bool both_first(const Contender& a, const Contender& b)
    {
        return a.rank == Rank::first && b.rank == Rank::first;
    }

    bool is_new(const AppId& app) const { return find_app(before_.apps, app) == nullptr; }

    /// Whether the command itself brings this: its app is new, or a wish gives it another name.
    bool is_asked(const NameKey& key, const Contender& contender) const
    {
        const auto calls_it_so = [&](const Alias& alias) {
            return alias.app == contender.app && alias.key.kind == key.kind && alias.name == key.name;
        };
        const auto adds_it = [&](const OwnExport& own) {
            return own.app == contender.app && own.key == key && !own.path.empty();
        };
        return is_new(contender.app) || std::ranges::any_of(wishes_.aliases, calls_it_so) ||
               std::ranges::any_of(wishes_.own, adds_it);
    }

    const Contender* preferred_of(const NameKey& key, const std::vector<Contender>& contenders) const
    {
        const Contender* found = nullptr;
        for (const auto& app : wishes_.preferred) {
            const auto* contender = find(contenders, app);
            if (contender != nullptr && found != nullptr && found->app != app) {
                throw Error(Code::usage, found->app.text() + " and " + app.text() + " both have the " + words_for(key) +
                                             ": only one of them can be preferred in " + qube_.text());
            }
            found = contender != nullptr ? contender : found;
        }
        return found;
    }

    const QubeName& qube_;
    const NamedApps& before_;
    const NameWishes& wishes_;
    Contenders earlier_;
    std::vector<NameClash> clashes_;
};

} // namespace

DecidedNames decide_names(const QubeName& qube, const NamedApps& before, std::vector<BoundApp> after,
                          const std::set<NameKey>& of_base, const NameWishes& wishes)
{
    DecidedNames decided{{}, {}, next_own(before, after, wishes), {}};
    for (auto& bound : after) {
        bound.exports = exports_in_qube(std::move(bound.exports), bound.app, decided.own);
    }
    decided.aliases = next_aliases(before, after, wishes, of_base);
    Decider decider(qube, before, wishes);
    const auto contenders = contenders_of(after, decided.aliases);
    for (const auto& [key, those] : contenders) {
        if (those.size() > 1 && !is_of_base(of_base, key)) {
            decided.holders.emplace(key, decider.winner(key, those));
        }
    }
    decider.refuse_clashes();
    decided.effects = effects_between({qube, decider.earlier(), contenders, before.holders, decided.holders, of_base,
                                       touched_names(before, after, decided.own)});
    return decided;
}

std::vector<NameEffect> name_effects(const QubeName& qube, const NamedApps& before, const NamedApps& after,
                                     const std::set<NameKey>& of_base)
{
    return effects_between({qube, contenders_of(before.apps, before.aliases), contenders_of(after.apps, after.aliases),
                            before.holders, after.holders, of_base, touched_names(before, after.apps, after.own)});
}

NamedApps named_apps(const Snapshot& snapshot, const Generation& generation)
{
    NamedApps named{{}, generation.holders, generation.aliases, generation.own};
    for (const auto& binding : generation.bindings) {
        const auto& release = snapshot.release(binding.release).release;
        named.apps.push_back(
            {release.app, exports_in_qube(release.exports, release.app, generation.own), binding.since});
    }
    return named;
}

const std::set<NameKey>& names_of_base(const BaseNames& names, const BaseBinding& base)
{
    static const std::set<NameKey> unknown;
    const auto found = base.commit ? names.find(*base.commit) : names.end();
    return found == names.end() ? unknown : found->second;
}

} // namespace qpkg::plan
