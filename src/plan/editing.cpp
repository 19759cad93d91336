// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/editing.hpp"

#include "plan/preparing.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

const Binding* find(const Generation& generation, const AppId& app)
{
    const auto found = std::ranges::find(generation.bindings, app, &Binding::app);
    return found == generation.bindings.end() ? nullptr : &*found;
}

bool has(const Generation& generation, const Binding& binding)
{
    const auto* found = find(generation, binding.app);
    return found != nullptr && found->release == binding.release;
}

bool same_releases(const Generation& a, const Generation& b)
{
    return a.bindings.size() == b.bindings.size() &&
           std::ranges::all_of(a.bindings, [&](const Binding& binding) { return has(b, binding); });
}

/// Whether the owner of the qube would not notice a difference.
bool same_wishes(const Generation& a, const Generation& b)
{
    return a.base == b.base && a.bindings == b.bindings && a.holders == b.holders && a.aliases == b.aliases &&
           a.own == b.own;
}

Kind kind_of_move(const Release& from, const Release& to)
{
    return to.sequence < from.sequence ? Kind::downgrade : Kind::upgrade;
}

} // namespace

std::vector<Change> all_changes(const Plan& plan)
{
    auto changes = plan.changes;
    changes.insert(changes.end(), plan.then.begin(), plan.then.end());
    return changes;
}

std::uint64_t next_number(const Qube& qube) { return qube.generations.back().number + 1; }

Editing::Edit& Editing::edit(const Qube& qube)
{
    const auto [place, inserted] = edited_.try_emplace(qube.name, Edit{qube.base(), {}, qube.layout});
    if (inserted) {
        for (const auto& binding : qube.current_generation().bindings) {
            place->second.bindings.emplace(binding.app, binding);
        }
    }
    return place->second;
}

std::map<AppId, Binding>& Editing::bindings(const Qube& qube) { return edit(qube).bindings; }

void Editing::lay_out(const Qube& qube, Layout layout) { edit(qube).layout = layout; }

void Editing::learn(const KnownRelease& release)
{
    if (!snapshot_.releases.contains(release.id)) {
        learned_.emplace(release.id, release);
    }
}

ReleaseInQube Editing::releases_of(const Edit& edit) const
{
    return [this, &edit](const AppId& app) {
        const auto bound = edit.bindings.find(app);
        return bound == edit.bindings.end() ? nullptr : &release(bound->second.release).release;
    };
}

std::optional<std::string> Editing::misfit_of(const Qube& qube, const Release& extension)
{
    return misfit(extension, releases_of(edit(qube)));
}

void Editing::drop_misfits(const Qube& qube, Edit& edit)
{
    std::vector<AppId> gone;
    for (const auto& [app, binding] : edit.bindings) {
        if (auto why = misfit(release(binding.release).release, releases_of(edit))) {
            gone.push_back(app);
            note({qube.name, app, ExtensionNote::Outcome::falls_out, *std::move(why)});
        }
    }
    for (const auto& app : gone) {
        std::erase_if(plan_.effects, [&](const Effect& one) { return one.qube == qube.name && one.app == app; });
        edit.bindings.erase(app);
        if (const auto* before = find(qube.current_generation(), app)) {
            effect({qube.name, app, Kind::remove, snapshot_.release(before->release), std::nullopt});
        }
    }
}

const KnownRelease& Editing::release(const ManifestId& id) const
{
    const auto learned = learned_.find(id);
    return learned == learned_.end() ? snapshot_.release(id) : learned->second;
}

bool Editing::is_composed(const Edit& edit) const
{
    return !edit.bindings.empty() && (edit.layout == Layout::composed || edit.bindings.size() > occasion_.most_volumes);
}

void Editing::name(const Qube& qube, const std::vector<KnownRelease>& releases, Generation& next)
{
    std::vector<BoundApp> apps;
    for (std::size_t i = 0; i < releases.size(); ++i) {
        apps.push_back({releases[i].release.app, releases[i].release.exports, next.bindings[i].since});
    }
    auto decided = decide_names(qube.name, named_apps(snapshot_, qube.current_generation()), std::move(apps),
                                names_of_base(occasion_.base_names, next.base), occasion_.wishes);
    next.holders = std::move(decided.holders);
    next.aliases = std::move(decided.aliases);
    next.own = std::move(decided.own);
    plan_.names.insert(plan_.names.end(), decided.effects.begin(), decided.effects.end());
}

void Editing::stand_on(const Qube& qube, const NewBase& next)
{
    auto& base = edit(qube).base;
    const auto* known = snapshot_.find_base(next.base.commit);
    if (known == nullptr || *known != next.base) {
        new_bases_.emplace(next.base.commit, next.base);
    }
    if (next.release) {
        learned_.emplace(next.release->id, *next.release);
        bases_to_bring_.emplace(next.release->id, *next.release);
    }
    if (const auto* before = snapshot_.base_of(base); before != nullptr && before->commit != next.base.commit) {
        plan_.bases.push_back({qube.name, *before, next.base, Kind::upgrade});
    }
    base.id = next.base.id;
    base.commit = next.base.commit;
}

Plan Editing::finish()
{
    Preparing preparing(snapshot_);
    std::vector<Change> layouts;
    std::vector<Change> advances;
    for (auto& [name, wanted] : edited_) {
        const auto& qube = *snapshot_.find_qube(name);
        drop_misfits(qube, wanted);
        const auto& now = qube.current_generation();
        if (wanted.layout != qube.layout) {
            layouts.emplace_back(SetLayout{name, wanted.layout});
        }
        Generation next{next_number(qube), occasion_.now, occasion_.reason, wanted.base, {}};
        std::vector<KnownRelease> releases;
        for (const auto& [app, binding] : wanted.bindings) {
            next.bindings.push_back(binding);
            releases.push_back(release(binding.release));
        }
        this->name(qube, releases, next);
        const bool composed = is_composed(wanted);
        const bool laid_out_anew = !wanted.bindings.empty() && composed != now.composed.has_value();
        if (same_wishes(next, now) && !laid_out_anew) {
            continue;
        }
        if (composed) {
            next.composed = same_releases(next, now) ? now.composed : std::nullopt;
            preparing.composed(name, std::move(releases), next.composed);
        } else {
            for (const auto& bound : releases) {
                if (laid_out_anew || !has(now, {bound.release.app, bound.id})) {
                    preparing.separate(bound);
                }
            }
        }
        advances.emplace_back(AdvanceQube{name, qube.current, std::move(next)});
    }
    if (!advances.empty()) {
        for (const auto& [id, release] : bases_to_bring_) {
            preparing.separate(release);
        }
        for (const auto& [id, release] : learned_) {
            preparing.details(release);
            if (!snapshot_.releases.contains(id)) {
                plan_.changes.emplace_back(LearnRelease{release});
            }
        }
        for (const auto& [commit, base] : new_bases_) {
            plan_.changes.emplace_back(SetBase{base});
        }
    }
    plan_.prepare = preparing.finish();
    plan_.changes.insert(plan_.changes.end(), layouts.begin(), layouts.end());
    plan_.changes.insert(plan_.changes.end(), advances.begin(), advances.end());
    std::stable_sort(plan_.effects.begin(), plan_.effects.end(), [](const Effect& a, const Effect& b) {
        return std::tie(a.qube, a.app) < std::tie(b.qube, b.app);
    });
    std::ranges::sort(plan_.extensions, {}, [](const ExtensionNote& one) { return std::tie(one.qube, one.app); });
    std::ranges::sort(plan_.unagreed);
    std::ranges::sort(plan_.bases, {}, &BaseEffect::qube);
    std::ranges::sort(plan_.kept_bases, {}, [](const KeptBase& one) { return std::tie(one.qube, one.app); });
    std::ranges::sort(plan_.base_notes);
    return std::move(plan_);
}

void place(Editing& editing, const Snapshot& snapshot, const Qube& qube, const KnownRelease& release,
           const ServiceWishes& wishes, Systemd systemd)
{
    const auto& app = release.release.app;
    auto& bindings = editing.bindings(qube);
    const auto now = bindings.find(app);
    const bool is_there = now != bindings.end();
    auto services = allowed_services(release.release, is_there ? now->second.services : std::vector<AllowedService>(),
                                     wishes, systemd);
    if (!is_there) {
        bindings.emplace(app, Binding{app, release.id, false, next_number(qube), services});
        editing.effect({qube.name, app, Kind::add, std::nullopt, release, std::move(services)});
    } else if (now->second.release == release.id) {
        now->second.services = services;
        editing.effect({qube.name, app, Kind::keep, release, release, std::move(services)});
        return;
    } else {
        const auto& before = snapshot.release(now->second.release);
        now->second.release = release.id;
        now->second.services = services;
        now->second.own_base.reset(); // what stood there said nothing of this one
        editing.effect(
            {qube.name, app, kind_of_move(before.release, release.release), before, release, std::move(services)});
    }
    editing.learn(release);
}

} // namespace qpkg::plan
