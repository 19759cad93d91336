// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/editing.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

void require_fit(const Qube& qube, const Release& release)
{
    const auto cannot = "cannot put " + release.app.text() + " into " + qube.name.text() + ": ";
    if (release.base != qube.base) {
        throw Error(Code::conflict,
                    cannot + "it is built for base " + release.base.text() + ", the qube has " + qube.base.text(),
                    "build the app for " + qube.base.text() + ", or use a qube made from " + release.base.text());
    }
    if (release.arch != native_arch()) {
        throw Error(Code::conflict,
                    cannot + "it is built for " + release.arch.text() + ", this machine is " + native_arch().text());
    }
}

Kind kind_of_move(const Release& from, const Release& to)
{
    return to.sequence < from.sequence ? Kind::downgrade : Kind::upgrade;
}

/// Binds `release` in `qube` and says what that changes.
void place(Editing& editing, const Snapshot& snapshot, const Qube& qube, const KnownRelease& release,
           const ServiceWishes& wishes)
{
    const auto& app = release.release.app;
    auto& bindings = editing.bindings(qube);
    const auto now = bindings.find(app);
    const bool is_there = now != bindings.end();
    auto services =
        allowed_services(release.release, is_there ? now->second.services : std::vector<AllowedService>(), wishes);
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
        editing.effect(
            {qube.name, app, kind_of_move(before.release, release.release), before, release, std::move(services)});
    }
    editing.learn(release);
}

} // namespace

const Qube& require_qube(const Snapshot& snapshot, const QubeName& name)
{
    if (const auto* qube = snapshot.find_qube(name)) {
        return *qube;
    }
    std::vector<std::string> names;
    for (const auto& qube : snapshot.qubes) {
        names.push_back(qube.name.text());
    }
    throw Error(Code::not_found, "there is no qube " + name.text(),
                text::hint_for(name.text(), names, "see `qpkg qube list`"));
}

const Base& require_base(const Snapshot& snapshot, const BaseId& id)
{
    if (const auto* base = snapshot.find_base(id)) {
        return *base;
    }
    std::vector<std::string> here;
    for (const auto& base : snapshot.bases) {
        here.push_back(base.id.text());
    }
    throw Error(Code::not_found, "there is no base " + id.text() + " here",
                "make it: qpkg base build " + id.text() + (here.empty() ? "" : ", or use " + text::join(here, " or ")));
}

Plan plan_install(const Snapshot& snapshot, const std::vector<KnownRelease>& releases,
                  const std::vector<QubeName>& qubes, const Occasion& occasion, const ServiceWishes& wishes)
{
    Editing editing(snapshot, occasion);
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        for (const auto& release : releases) {
            require_fit(qube, release.release);
            place(editing, snapshot, qube, release, wishes);
        }
    }
    return editing.finish();
}

std::vector<Upgradable> upgradable(const Snapshot& snapshot, const std::vector<QubeName>& qubes,
                                   const std::vector<AppId>& apps)
{
    std::vector<Upgradable> found;
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        for (const auto& binding : qube.current_generation().bindings) {
            const bool asked = apps.empty() || std::ranges::find(apps, binding.app) != apps.end();
            if (asked && !binding.held) {
                found.push_back({qube, binding.app, snapshot.release(binding.release)});
            }
        }
    }
    return found;
}

Plan plan_upgrade(const Snapshot& snapshot, const std::vector<KnownRelease>& newest, const std::vector<QubeName>& qubes,
                  const Occasion& occasion)
{
    Editing editing(snapshot, occasion);
    for (const auto& name : qubes) {
        editing.bindings(require_qube(snapshot, name)); // also where no app moves: a wish may change who has a name
    }
    for (const auto& one : upgradable(snapshot, qubes)) {
        const auto& bound = one.bound.release;
        const auto next = std::ranges::find_if(newest, [&](const KnownRelease& candidate) {
            const auto& release = candidate.release;
            return release.app == bound.app && release.base == one.qube.base && release.arch == bound.arch &&
                   release.channel == bound.channel && one.is_newer(release.sequence);
        });
        if (next != newest.end()) {
            place(editing, snapshot, one.qube, *next, {});
        }
    }
    return editing.finish();
}

} // namespace qpkg::plan
