// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/qubes.hpp"

#include "app/use/cost.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/fault.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

/// Counts of one kind of change.
template <class Kind>
std::size_t count(const std::vector<Change>& changes)
{
    return static_cast<std::size_t>(std::count_if(
        changes.begin(), changes.end(), [](const Change& change) { return std::holds_alternative<Kind>(change); }));
}

} // namespace

Qube create_qube(World& world, const std::string& typed, const std::string& base_id, Layout layout,
                 const std::string& reason)
{
    const auto name = QubeName::require(typed);
    const auto snapshot = world.db.snapshot();
    if (!world.hypervisor.capabilities().makes_qubes) {
        throw Error(Code::unsupported, "this backend makes no qubes",
                    "make it: qvm-create --class AppVM --label red --template TEMPLATE " + name.text() +
                        ", then install into it");
    }
    if (snapshot.find_qube(name) != nullptr) {
        throw Error(Code::conflict, "there is a qube " + name.text() + " already", "see `qpkg qube list`");
    }
    const auto there = world.hypervisor.qubes();
    if (std::ranges::find(there, name, &RunningQube::name) != there.end()) {
        throw Error(Code::conflict, "there is a qube " + name.text() + " that is not recorded here",
                    "to record it again: qpkg restore");
    }
    const auto wanted = BaseId::require(base_id);
    const auto& base = plan::require_base(snapshot, wanted);
    Qube qube{name, base.id, base.commit, base.volume, 0, {{0, world.clock.now(), reason, {}}}, layout};
    const Change change = CreateQube{qube};
    world.db.commit({&change, 1});
    fault_point("qube.recorded");
    engine::require_live(engine::activate(world.db, world.hypervisor), {name});
    return qube;
}

void remove_qube(World& world, const QubeName& name)
{
    const auto snapshot = world.db.snapshot();
    plan::require_qube(snapshot, name);
    const auto there = world.hypervisor.qubes();
    const bool exists = std::ranges::find(there, name, &RunningQube::name) != there.end();
    if (exists && !world.hypervisor.capabilities().makes_qubes) {
        throw Error(Code::unsupported, "this backend removes no qubes",
                    "remove it: qvm-remove " + name.text() + ", then run this again to forget its record");
    }
    for (const auto& qube : there) {
        if (qube.name == name && qube.running) {
            throw Error(Code::conflict, "qube " + name.text() + " is running", "end its programs first");
        }
    }
    world.hypervisor.require_removable(name); // while its record still stands
    const Change change = RemoveQube{name};
    world.db.commit({&change, 1});
    fault_point("qube.forgotten");
    world.hypervisor.remove(name);
}

CollectReport collect_garbage(World& world, const CollectRequest& request)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    const auto garbage = plan::plan_gc(snapshot, request.keep);
    CollectReport report{0, count<ForgetRelease>(garbage.changes), garbage.volumes.size(), {}, 0};
    for (const auto& change : garbage.changes) {
        if (const auto* drop = std::get_if<DropGenerations>(&change)) {
            report.generations += drop->numbers.size();
        }
    }
    if (world.hypervisor.capabilities().owns_qubes) {
        for (const auto& qube : world.hypervisor.qubes()) {
            if (snapshot.find_qube(qube.name) == nullptr && !qube.running) {
                report.orphans.push_back(qube.name);
            }
        }
    }
    if (request.dry_run) {
        report.freed = reclaimable(world, snapshot, request.keep);
        return report;
    }
    report.freed = engine::collect(garbage, world.db, world.content, world.volumes).freed;
    for (const auto& orphan : report.orphans) {
        world.hypervisor.remove(orphan);
    }
    return report;
}

} // namespace qpkg::app
