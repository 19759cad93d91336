// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/editing.hpp"
#include "plan/preparing.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

Error not_in_qube(const Qube& qube, const AppId& app, const std::map<AppId, Binding>& bindings)
{
    std::vector<std::string> names;
    for (const auto& [bound, binding] : bindings) {
        names.push_back(short_name(bound));
    }
    return {Code::not_found, app.text() + " is not in " + qube.name.text(),
            text::hint_for(short_name(app), names, "see `qpkg list " + qube.name.text() + "`")};
}

std::vector<BaseEffect> base_effects(const Snapshot& snapshot, const QubeName& qube, const Generation& now,
                                     const Generation& then)
{
    const auto* from = snapshot.base_of(now.base);
    const auto* to = snapshot.base_of(then.base);
    if (from == nullptr || to == nullptr || from == to) {
        return {};
    }
    return {{qube, *from, *to, to->number < from->number ? Kind::downgrade : Kind::upgrade}};
}

} // namespace

Plan plan_remove(const Snapshot& snapshot, const std::vector<AppId>& apps, const std::vector<QubeName>& qubes,
                 const Occasion& occasion)
{
    Editing editing(snapshot, occasion);
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        auto& bindings = editing.bindings(qube);
        for (const auto& app : apps) {
            const auto bound = bindings.find(app);
            if (bound == bindings.end()) {
                throw not_in_qube(qube, app, bindings);
            }
            editing.effect({name, app, Kind::remove, snapshot.release(bound->second.release), std::nullopt});
            bindings.erase(bound);
        }
    }
    return editing.finish();
}

Plan plan_hold(const Snapshot& snapshot, const std::vector<AppId>& apps, const std::vector<QubeName>& qubes, bool held,
               const Occasion& occasion)
{
    Editing editing(snapshot, occasion);
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        auto& bindings = editing.bindings(qube);
        for (const auto& app : apps) {
            const auto bound = bindings.find(app);
            if (bound == bindings.end()) {
                throw not_in_qube(qube, app, bindings);
            }
            bound->second.held = held;
        }
    }
    return editing.finish();
}

Plan plan_hold_base(const Snapshot& snapshot, const std::vector<QubeName>& qubes, bool held, const Occasion& occasion)
{
    Editing editing(snapshot, occasion);
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        if (!qube.base().commit) {
            throw Error(Code::unsupported, "the base of " + name.text() + " is a template, and qpkg never moves that",
                        "what the template gets is decided where it is updated");
        }
        editing.hold_base(qube, held);
    }
    return editing.finish();
}

Plan plan_rollback(const Snapshot& snapshot, const QubeName& name, std::optional<std::uint64_t> to,
                   const BaseNames& base_names)
{
    const auto& qube = require_qube(snapshot, name);
    const auto& now = qube.current_generation();
    const auto target =
        std::find_if(qube.generations.rbegin(), qube.generations.rend(), [&](const Generation& generation) {
            return to ? generation.number == *to : generation.number < now.number;
        });
    if (target == qube.generations.rend()) {
        throw Error(Code::not_found,
                    to ? "qube " + name.text() + " has no generation " + std::to_string(*to)
                       : "qube " + name.text() + " has no generation before " + std::to_string(now.number),
                    "see `qpkg history " + name.text() + "`");
    }

    const Occasion nothing_new{};
    Editing editing(snapshot, nothing_new);
    const auto bound_in = [](const Generation& generation, const AppId& app) -> const Binding* {
        const auto found = std::find_if(generation.bindings.begin(), generation.bindings.end(),
                                        [&](const Binding& binding) { return binding.app == app; });
        return found == generation.bindings.end() ? nullptr : &*found;
    };
    for (const auto& binding : target->bindings) {
        const auto& release = snapshot.release(binding.release);
        const auto* before = bound_in(now, binding.app);
        if (before == nullptr) {
            editing.effect({name, binding.app, Kind::add, std::nullopt, release, binding.services});
        } else if (before->release != binding.release) {
            const auto& from = snapshot.release(before->release);
            const auto kind = release.release.sequence < from.release.sequence ? Kind::downgrade : Kind::upgrade;
            editing.effect({name, binding.app, kind, from, release, binding.services});
        }
    }
    for (const auto& binding : now.bindings) {
        if (bound_in(*target, binding.app) == nullptr) {
            editing.effect({name, binding.app, Kind::remove, snapshot.release(binding.release), std::nullopt});
        }
    }
    auto plan = editing.finish();
    plan.bases = base_effects(snapshot, name, now, *target);
    plan.names = name_effects(name, named_apps(snapshot, now), named_apps(snapshot, *target),
                              names_of_base(base_names, target->base));
    // A volume may have been lost; the object store can always make it again.
    Preparing preparing(snapshot);
    prepare_generation(preparing, snapshot, name, *target);
    plan.prepare = preparing.finish();
    if (target->number != now.number) {
        plan.changes = {PointQube{name, now.number, target->number}};
    }
    return plan;
}

Plan plan_names(const Snapshot& snapshot, const QubeName& qube, const Occasion& occasion)
{
    Editing editing(snapshot, occasion);
    editing.bindings(require_qube(snapshot, qube));
    return editing.finish();
}

Plan plan_layout(const Snapshot& snapshot, const QubeName& name, Layout layout, const Occasion& occasion)
{
    const auto& qube = require_qube(snapshot, name);
    Editing editing(snapshot, occasion);
    editing.lay_out(qube, layout);
    for (const auto& release : releases_of(snapshot, qube.current_generation())) {
        editing.effect({name, release.release.app, Kind::keep, release, release});
    }
    return editing.finish();
}

} // namespace qpkg::plan
