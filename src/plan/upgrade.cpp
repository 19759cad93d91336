// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the base is chosen first, and never for the sake of one app. One package that lags would stop everybody's
// security fixes. So a base moves as soon as there is a newer release of it, and each app stands where it fits: on the
// new one, with whatever release of it does, or else on the one that it has now, which then stays in the app's view
// alone.
//
// An app and its extensions share a view, so they stand on one base: they are looked at together.
//
// Why there may be two steps. A base changes when a qube starts, and a machine may run for weeks. What fits the base
// that runs now need not wait for that. So the same choice is carried out twice: first as far as it is good today, then
// all of it, as the generation of the next start.

#include "plan/editing.hpp"

#include <algorithm>
#include <map>

namespace qpkg::plan {
namespace {

using Outcome = ExtensionNote::Outcome;

/// Why a held extension would have no place beside that release of its app: who wants it to stay as it is does not want
/// it to go. Nothing: it would, or has none now either.
std::optional<std::string> held_back(Editing& editing, const Snapshot& snapshot, const Qube& qube, const Release& next)
{
    for (const auto& [app, binding] : editing.bindings(qube)) {
        if (!binding.held) {
            continue;
        }
        const auto& extension = snapshot.release(binding.release).release;
        if (!brings_code(extension) || owner_of(extension.extends->point) != std::string_view(next.app.text()) ||
            editing.misfit_of(qube, extension)) {
            continue;
        }
        if (const auto why = misfit(extension, [&](const AppId&) { return &next; })) {
            return app.text() + " is held: " + *why;
        }
    }
    return std::nullopt;
}

/// An extension stays at its release where the newer one is for something else, an app where a held extension would go.
bool may_move(Editing& editing, const Snapshot& snapshot, const Upgradable& one, const Release& next)
{
    const auto& now = one.bound.release;
    auto why = editing.misfit_of(one.qube, next);
    if (!why) {
        why = held_back(editing, snapshot, one.qube, next);
    }
    if (!why && !is_agreed_by(now, next)) {
        why = "the newer one is for " + next.extends->point.text() + ": install it by name";
    }
    if (why && !editing.misfit_of(one.qube, now)) {
        editing.note({one.qube.name, one.app, Outcome::stays, next.version + ": " + *why});
    }
    return !why;
}

/// The snapshot after changes that make generations.
Snapshot with(Snapshot snapshot, const std::vector<Change>& changes)
{
    for (const auto& change : changes) {
        if (const auto* learned = std::get_if<LearnRelease>(&change)) {
            snapshot.releases.insert_or_assign(learned->release.id, learned->release);
        } else if (const auto* base = std::get_if<SetBase>(&change)) {
            snapshot.bases.push_back(base->base);
        } else if (const auto* step = std::get_if<AdvanceQube>(&change)) {
            auto& qube = *std::ranges::find(snapshot.qubes, step->name, &Qube::name);
            qube.generations.push_back(step->next);
            qube.current = step->next.number;
        }
    }
    return snapshot;
}

/// What becomes of one app.
struct AppPick {
    const KnownRelease* next = nullptr; ///< null: it stays at its release
    std::optional<CommitId> own_base = {};
    bool is_live = false; ///< it fits what the qube starts from now
};

struct QubePick {
    const NewBase* base = nullptr; ///< null: it stays
    std::map<AppId, AppPick> apps = {};
};

class Upgrading {
public:
    Upgrading(const Snapshot& snapshot, const std::vector<KnownRelease>& newest, const Occasion& occasion,
              const BaseChoice& bases)
        : snapshot_(snapshot), newest_(newest), occasion_(occasion), bases_(bases)
    {
    }

    Plan run(const std::vector<QubeName>& qubes)
    {
        Editing editing(snapshot_, occasion_);
        for (const auto& name : qubes) {
            decide(editing, require_qube(snapshot_, name));
        }
        auto whole = editing.finish();
        return in_steps(std::move(whole));
    }

private:
    /// An app with its extensions, or an extension of the qube.
    using Group = std::vector<const Binding*>;

    const Release& bound(const Binding& binding) const { return snapshot_.release(binding.release).release; }

    std::vector<Group> groups_of(const Qube& qube) const
    {
        std::map<AppId, Group> groups;
        const auto& bindings = qube.current_generation().bindings;
        const auto head_of = [&](const Binding& binding) {
            const auto& release = bound(binding);
            const bool is_of_app = release.extends && !is_of_qube(release.extends->point);
            return is_of_app ? AppId::require(owner_of(release.extends->point)) : binding.app;
        };
        for (const bool is_extension : {false, true}) { // apps first: what fits goes by them
            for (const auto& binding : bindings) {
                if (bound(binding).extends.has_value() == is_extension) {
                    groups[head_of(binding)].push_back(&binding);
                }
            }
        }
        std::vector<Group> all;
        for (auto& [head, group] : groups) {
            all.push_back(std::move(group));
        }
        return all;
    }

    /// What it can be at, newest first; the last is what it is at now.
    std::vector<const KnownRelease*> options(const Qube& qube, const Binding& binding) const
    {
        const auto& now = snapshot_.release(binding.release);
        std::vector<const KnownRelease*> found;
        for (const auto& candidate : newest_) {
            const auto& release = candidate.release;
            const bool is_newer = release.app == binding.app && release.base.fits(qube.base().id) &&
                                  release.arch == now.release.arch && release.channel == now.release.channel &&
                                  release.sequence > now.release.sequence;
            if (is_newer && !binding.held) {
                found.push_back(&candidate);
            }
        }
        std::ranges::sort(found, std::ranges::greater(),
                          [](const KnownRelease* known) { return known->release.sequence; });
        found.push_back(&now);
        return found;
    }

    std::optional<std::string> misfit_of(const KnownRelease& release, const Base* base) const
    {
        return base == nullptr || !bases_.misfit ? std::nullopt : bases_.misfit(release, *base);
    }

    /// The newest that fits; null: none does.
    const KnownRelease* best(const Qube& qube, const Binding& binding, const Base* base) const
    {
        const auto all = options(qube, binding);
        const auto found = std::ranges::find_if(all, [&](const auto* one) { return !misfit_of(*one, base); });
        return found == all.end() ? nullptr : *found;
    }

    bool fits(const Qube& qube, const Group& group, const Base* base) const
    {
        return std::ranges::all_of(group, [&](const Binding* one) { return best(qube, *one, base) != nullptr; });
    }

    /// Why nothing of the first of the group that does not fit does.
    std::string why_not(const Qube& qube, const Group& group, const Base* base) const
    {
        for (const auto* binding : group) {
            if (best(qube, *binding, base) == nullptr) {
                return binding->app.text() + ": " + *misfit_of(*options(qube, *binding).front(), base);
            }
        }
        return {};
    }

    const NewBase* offered(const Base& now) const
    {
        const auto found = std::ranges::find_if(bases_.offers, [&](const NewBase& one) {
            return one.base.id == now.id && one.base.level == now.level && one.base.number > now.number &&
                   one.base.commit != now.commit;
        });
        return found == bases_.offers.end() ? nullptr : &*found;
    }

    /// The base that the qube gets; null: it stays.
    const NewBase* next_base(Editing& editing, const Qube& qube, const std::vector<Group>& groups) const
    {
        const auto* now = snapshot_.base_of(qube.base());
        const auto* next = now == nullptr || qube.base().held ? nullptr : offered(*now);
        if (next == nullptr) {
            if (now != nullptr && bases_.stays.contains(now->commit)) {
                editing.note(BaseNote{qube.name, now->id, bases_.stays.at(now->commit)});
            }
            return nullptr;
        }
        for (const auto& group : groups) {
            const bool is_wished = bases_.hold_for.contains(group.front()->app);
            const bool has_view = !bound(*group.front()).extends;
            if (!has_view || (bases_.keeps_bases && !is_wished) || fits(qube, group, &next->base)) {
                continue;
            }
            editing.note(
                BaseNote{qube.name, now->id, release_name(next->base) + ": " + why_not(qube, group, &next->base)});
            return nullptr;
        }
        return next;
    }

    void decide(Editing& editing, const Qube& qube)
    {
        editing.bindings(qube); // also where no app moves: a wish may change who has a name
        const auto groups = groups_of(qube);
        QubePick pick{next_base(editing, qube, groups)};
        if (pick.base != nullptr) {
            editing.stand_on(qube, *pick.base);
        }
        for (const auto& group : groups) {
            decide(editing, qube, group, pick);
        }
        picks_.emplace(qube.name, std::move(pick));
    }

    /// What the group's view stands on now; null: foreign.
    const Base* view_base(const Qube& qube, const Group& group) const
    {
        const auto& own = group.front()->own_base;
        return own ? snapshot_.base_of({qube.base().id, own}) : snapshot_.base_of(qube.base());
    }

    void decide(Editing& editing, const Qube& qube, const Group& group, QubePick& pick)
    {
        const auto* now = snapshot_.base_of(qube.base());
        const auto* target = pick.base == nullptr ? now : &pick.base->base;
        const auto* kept = view_base(qube, group);
        const bool has_view = !bound(*group.front()).extends;
        const auto* base = !has_view || fits(qube, group, target) ? target : kept;
        for (const auto* binding : group) {
            const auto* chosen = best(qube, *binding, base);
            if (chosen == nullptr) { // it fits nowhere: who has it is not kept from what is newer
                chosen = options(qube, *binding).front();
            }
            note_newer(editing, qube, *binding, *chosen, base);
            const auto& current = snapshot_.release(binding->release);
            const bool moves = chosen->id != current.id &&
                               may_move(editing, snapshot_, {qube, binding->app, current}, chosen->release);
            if (moves) {
                place(editing, snapshot_, qube, *chosen);
            } else if (has_view && misfit_of(current, base)) {
                base = kept;
            }
            pick.apps.emplace(binding->app, AppPick{moves ? chosen : nullptr});
        }
        mark_live(group, kept, pick);
        if (has_view && base != target) {
            keep(editing, qube, group, *base, *target, pick);
        } else if (has_view) {
            editing.bindings(qube).at(group.front()->app).own_base.reset();
        }
    }

    /// What moves of it fits what its view stands on now: all of that, or nothing is good today.
    void mark_live(const Group& group, const Base* kept, QubePick& pick) const
    {
        const bool is_live = std::ranges::all_of(group, [&](const Binding* one) {
            const auto* next = pick.apps.at(one->app).next;
            return next == nullptr || !misfit_of(*next, kept);
        });
        for (const auto* binding : group) {
            auto& one = pick.apps.at(binding->app);
            one.is_live = is_live && one.next != nullptr;
        }
    }

    void keep(Editing& editing, const Qube& qube, const Group& group, const Base& base, const Base& target,
              QubePick& pick)
    {
        const auto& app = group.front()->app;
        editing.bindings(qube).at(app).own_base = base.commit;
        pick.apps.at(app).own_base = base.commit;
        editing.keep({qube.name, app, base, release_name(target) + ": " + why_not(qube, group, &target)});
    }

    /// A newer release that the base of the view keeps out.
    void note_newer(Editing& editing, const Qube& qube, const Binding& binding, const KnownRelease& chosen,
                    const Base* base) const
    {
        const auto& newest = *options(qube, binding).front();
        if (newest.id != chosen.id) {
            editing.note(ExtensionNote{qube.name, binding.app, Outcome::stays,
                                       newest.release.version + ": does not fit " + release_name(*base) + ": " +
                                           misfit_of(newest, base).value_or("")});
        }
    }

    /// Whether something of it is good for what the qube runs from now, which it is to leave.
    bool is_in_two_steps(const QubeName& name, const QubePick& pick) const
    {
        const auto& qube = *snapshot_.find_qube(name);
        const bool composed = qube.layout == Layout::composed || qube.current_generation().composed.has_value();
        return pick.base != nullptr && bases_.running.contains(name) && !composed &&
               std::ranges::any_of(pick.apps, [](const auto& one) { return one.second.is_live; });
    }

    static void carry_out_now(Editing& editing, const Snapshot& snapshot, const Qube& qube, const QubePick& pick)
    {
        for (const auto& [app, one] : pick.apps) {
            if (one.is_live) {
                const auto own_base = editing.bindings(qube).at(app).own_base;
                place(editing, snapshot, qube, *one.next);
                editing.bindings(qube).at(app).own_base = own_base;
            }
        }
    }

    static void carry_out(Editing& editing, const Snapshot& snapshot, const Qube& qube, const QubePick& pick)
    {
        editing.bindings(qube);
        if (pick.base != nullptr) {
            editing.stand_on(qube, *pick.base);
        }
        for (const auto& [app, one] : pick.apps) {
            if (one.next != nullptr) {
                place(editing, snapshot, qube, *one.next);
            }
            editing.bindings(qube).at(app).own_base = one.own_base;
        }
    }

    Plan in_steps(Plan whole) const
    {
        Editing first(snapshot_, occasion_);
        std::set<QubeName> later;
        for (const auto& [name, pick] : picks_) {
            const auto& qube = *snapshot_.find_qube(name);
            if (is_in_two_steps(name, pick)) {
                later.insert(name);
                carry_out_now(first, snapshot_, qube, pick);
            } else {
                carry_out(first, snapshot_, qube, pick);
            }
        }
        if (later.empty()) {
            return whole;
        }
        auto now = first.finish();
        const auto between = with(snapshot_, now.changes);
        Editing second(between, occasion_);
        for (const auto& name : later) {
            carry_out(second, between, *between.find_qube(name), picks_.at(name));
        }
        auto next = second.finish();
        whole.prepare = std::move(now.prepare);
        std::ranges::copy_if(next.prepare, std::back_inserter(whole.prepare), [&](const Step& step) {
            return std::ranges::find(whole.prepare, step) == whole.prepare.end();
        });
        whole.changes = std::move(now.changes);
        whole.then = std::move(next.changes);
        return whole;
    }

    const Snapshot& snapshot_;
    const std::vector<KnownRelease>& newest_;
    const Occasion& occasion_;
    const BaseChoice& bases_;
    std::map<QubeName, QubePick> picks_;
};

} // namespace

Plan plan_upgrade(const Snapshot& snapshot, const std::vector<KnownRelease>& newest, const std::vector<QubeName>& qubes,
                  const Occasion& occasion, const BaseChoice& bases)
{
    return Upgrading(snapshot, newest, occasion, bases).run(qubes);
}

} // namespace qpkg::plan
