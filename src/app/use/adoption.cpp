// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/adoption.hpp"

#include "engine/transaction.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <optional>

namespace qpkg::app {
namespace {

Error no_such_qube(const QubeName& name, const std::vector<RunningQube>& there)
{
    std::vector<std::string> names;
    for (const auto& qube : there) {
        if (!qube.disposable_of) {
            names.push_back(qube.name.text());
        }
    }
    return {Code::not_found, "there is no qube " + name.text(),
            text::hint_for(name.text(), names, "run `qvm-ls` to see the qubes")};
}

Qube adopted(Hypervisor& hypervisor, const QubeName& name, const std::vector<RunningQube>& there,
             const plan::Occasion& occasion)
{
    const auto qube = std::ranges::find(there, name, &RunningQube::name);
    if (qube == there.end()) {
        throw no_such_qube(name, there);
    }
    if (qube->disposable_of) {
        throw Error(Code::unsupported, name.text() + " is a disposable of " + qube->disposable_of->text(),
                    "install into " + qube->disposable_of->text() + ": disposables that start afterwards have the app");
    }
    if (qube->kind == RunningQube::Kind::remote_qube) {
        throw Error(Code::unsupported, name.text() + " is a qube of another machine: it gets no disks from this one",
                    "install there, with the qpkg of that machine");
    }
    const auto base = hypervisor.outside_base(name);
    if (!base) {
        throw Error(Code::usage, "nobody has said which base " + name.text() + " has",
                    "say it once, for its template or, where it is standalone, for itself: qvm-features TEMPLATE "
                    "qpkg.base debian-12");
    }
    if (qube->kind == RunningQube::Kind::template_qube) {
        log::warning(name.text() + " is a template: the app will be in " + name.text() +
                     " alone, not in the qubes that are made from it: name those to install there");
    }
    return {name, 0, {{0, occasion.now, occasion.reason, {*base}, {}}}, Layout::separate, qube->identity};
}

bool is_recorded(const Snapshot& snapshot, const RunningQube& qube)
{
    const auto* recorded = snapshot.find_qube(qube.name);
    return recorded != nullptr && recorded->identity == qube.identity;
}

std::optional<BaseId> said_base(World& world, const QubeName& qube)
{
    try {
        return world.hypervisor.outside_base(qube);
    } catch (const Error& error) {
        if (error.code() != Code::not_found && error.code() != Code::corrupt) {
            throw;
        }
        return std::nullopt;
    }
}

} // namespace

std::vector<Change> adopt_qubes(World& world, Snapshot& snapshot, const std::vector<std::string>& names,
                                const plan::Occasion& occasion)
{
    std::vector<Change> changes;
    if (world.hypervisor.capabilities().makes_qubes) {
        return changes;
    }
    for (const auto& typed : names) {
        const auto name = QubeName::require(typed);
        if (snapshot.find_qube(name) != nullptr) {
            continue;
        }
        const auto qube = adopted(world.hypervisor, name, world.hypervisor.qubes(), occasion);
        const auto place = std::ranges::lower_bound(snapshot.qubes, name, {}, &Qube::name);
        snapshot.qubes.insert(place, qube);
        changes.emplace_back(CreateQube{qube});
    }
    return changes;
}

plan::Adoption look_for_strangers(World& world, const Snapshot& snapshot)
{
    if (world.hypervisor.capabilities().makes_qubes) {
        return {};
    }
    std::vector<plan::FoundQube> found;
    for (const auto& qube : world.hypervisor.qubes()) {
        if (qube.disposable_of || is_recorded(snapshot, qube)) {
            continue;
        }
        auto wanted = world.hypervisor.wanted_of(qube.name);
        if (wanted.problem.empty()) { // else nobody knows what it has: nothing is said of it
            auto base = wanted.slots.empty() ? std::nullopt : said_base(world, qube.name);
            found.push_back({qube.name, qube.identity, std::move(base), std::move(wanted.slots)});
        }
    }
    return plan::plan_adoption(snapshot, found, world.clock.now());
}

Snapshot state_of(World& world)
{
    auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    const auto adoption = look_for_strangers(world, snapshot);
    return plan::with_adopted(std::move(snapshot), adoption);
}

std::vector<VolumeSlot> named_slots(World& world)
{
    return world.hypervisor.capabilities().makes_qubes ? std::vector<VolumeSlot>{} : world.hypervisor.named();
}

std::vector<VolumeSlot> slots_of_strangers(World& world, const Snapshot& snapshot)
{
    std::vector<VolumeSlot> slots;
    if (world.hypervisor.capabilities().makes_qubes) {
        return slots;
    }
    for (const auto& qube : world.hypervisor.qubes()) {
        if (!is_recorded(snapshot, qube)) {
            auto wanted = world.hypervisor.wanted_of(qube.name);
            slots.insert(slots.end(), wanted.slots.begin(), wanted.slots.end());
        }
    }
    return slots;
}

} // namespace qpkg::app
