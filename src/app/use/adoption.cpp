// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/adoption.hpp"

#include "engine/transaction.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
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
    return {
        name,          *base, std::nullopt, std::nullopt, 0, {{0, occasion.now, occasion.reason, {}}}, Layout::separate,
        qube->identity};
}

/// Asked only where it is needed, of qubes that have apps and no record.
std::optional<BaseId> said_base(World& world, const Snapshot& snapshot, const RunningQube& qube,
                                const std::vector<VolumeSlot>& slots)
{
    const auto* recorded = snapshot.find_qube(qube.name);
    if (slots.empty() || (recorded != nullptr && recorded->identity == qube.identity)) {
        return std::nullopt;
    }
    try {
        return world.hypervisor.outside_base(qube.name);
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
    std::map<QubeName, std::vector<VolumeSlot>> slots;
    for (auto& wanted : world.hypervisor.wanted()) {
        if (!wanted.problem.empty()) {
            continue; // nobody knows what it has: nothing is said of it
        }
        slots.emplace(wanted.qube, std::move(wanted.slots));
    }
    std::vector<plan::FoundQube> found;
    for (const auto& qube : world.hypervisor.qubes()) {
        const auto has = slots.find(qube.name);
        if (!qube.disposable_of && has != slots.end()) {
            found.push_back({qube.name, qube.identity, said_base(world, snapshot, qube, has->second), has->second});
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

} // namespace qpkg::app
