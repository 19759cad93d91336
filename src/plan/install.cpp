// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/editing.hpp"
#include "plan/preparing.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::plan {
namespace {

void require_fit(const Qube& qube, const Release& release)
{
    const auto cannot = "cannot put " + release.app.text() + " into " + qube.name.text() + ": ";
    if (is_base(release)) {
        throw Error(Code::usage, cannot + "it is a base, which a qube is made from",
                    "qpkg qube create NAME --base " + release.base.text());
    }
    const auto& base = qube.base().id;
    if (!release.base.fits(base)) {
        throw Error(Code::conflict,
                    cannot + "it is built for base " + release.base.text() + ", the qube has " + base.text(),
                    "build the app for " + base.text() + ", or use a qube made from " + release.base.text());
    }
    if (release.arch != native_arch()) {
        throw Error(Code::conflict,
                    cannot + "it is built for " + release.arch.text() + ", this machine is " + native_arch().text());
    }
}

/// What was asked for by name is refused where it has no place, and its code needs a yes where it had none.
void require_place(Editing& editing, const Snapshot& snapshot, const Qube& qube, const Release& release,
                   const CodeConsents& code)
{
    if (const auto why = editing.misfit_of(qube, release)) {
        throw Error(Code::conflict, "cannot put " + release.app.text() + " into " + qube.name.text() + ": " + *why,
                    "an extension goes where an app has the place for it: see `qpkg list " + qube.name.text() + "`");
    }
    const auto& before = qube.current_generation().bindings;
    const auto bound = std::ranges::find(before, release.app, &Binding::app);
    const bool is_agreed = bound != before.end() && is_agreed_by(snapshot.release(bound->release).release, release);
    if (brings_code(release) && !is_agreed && !code.said.contains({release.app, release.extends->point})) {
        editing.ask({qube.name, release.app, release.extends->point});
    }
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

const Base* known_base(const Snapshot& snapshot, const BaseId& id)
{
    if (const auto* base = snapshot.find_base(id)) {
        return base;
    }
    std::set<BaseId> meant;
    for (const auto& base : snapshot.bases) {
        if (base.id.text().ends_with('.' + id.text())) {
            meant.insert(base.id);
        }
    }
    return meant.size() == 1 ? snapshot.find_base(*meant.begin()) : nullptr;
}

const Base& require_base(const Snapshot& snapshot, const BaseId& id)
{
    if (const auto* base = known_base(snapshot, id)) {
        return *base;
    }
    std::vector<std::string> here;
    for (const auto& base : snapshot.bases) {
        if (here.empty() || here.back() != base.id.text()) { // of one there may be several releases
            here.push_back(base.id.text());
        }
    }
    throw Error(Code::not_found, "there is no base " + id.text() + " here",
                "make it: qpkg base build " + id.text() + (here.empty() ? "" : ", or use " + text::join(here, " or ")));
}

Plan plan_base(const Snapshot& snapshot, const NewBase& base)
{
    Plan plan;
    Preparing preparing(snapshot);
    if (base.release) {
        preparing.separate(*base.release);
        preparing.details(*base.release);
        plan.changes.emplace_back(LearnRelease{*base.release});
    }
    plan.prepare = preparing.finish();
    plan.changes.emplace_back(SetBase{base.base});
    return plan;
}

Plan plan_install(const Snapshot& snapshot, const std::vector<KnownRelease>& releases,
                  const std::vector<QubeName>& qubes, const Occasion& occasion, const ServiceWishes& wishes,
                  const CodeConsents& code)
{
    Editing editing(snapshot, occasion);
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        for (const auto& release : releases) {
            require_fit(qube, release.release);
            place(editing, snapshot, qube, release, wishes,
                  occasion.starts_services ? Systemd::there : Systemd::missing);
        }
        for (const auto& release : releases) { // once its app is there, which may come with it
            require_place(editing, snapshot, qube, release.release, code);
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

} // namespace qpkg::plan
