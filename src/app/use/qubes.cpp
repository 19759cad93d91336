// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/qubes.hpp"

#include "app/scratch.hpp"
#include "app/use/adoption.hpp"
#include "app/use/cost.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/fault.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace qpkg::app {
namespace {

/// Counts of one kind of change.
template <class Kind>
std::size_t count(const std::vector<Change>& changes)
{
    return static_cast<std::size_t>(std::count_if(
        changes.begin(), changes.end(), [](const Change& change) { return std::holds_alternative<Kind>(change); }));
}

std::set<ManifestId> releases_in(const Qube& qube, const std::function<bool(const Generation&)>& counts)
{
    std::set<ManifestId> found;
    for (const auto& generation : qube.generations) {
        if (counts(generation)) {
            std::ranges::transform(generation.bindings, std::inserter(found, found.end()), &Binding::release);
        }
    }
    return found;
}

std::vector<std::string> releases_lost(const Snapshot& snapshot, const Qube& qube, const DropGenerations& drop)
{
    const auto goes = [&](const Generation& generation) {
        return std::ranges::binary_search(drop.numbers, generation.number);
    };
    const auto kept = releases_in(qube, [&](const Generation& generation) { return !goes(generation); });
    std::vector<std::string> words;
    for (const auto& id : releases_in(qube, goes)) {
        if (!kept.contains(id)) {
            const auto& release = snapshot.release(id).release;
            words.push_back(short_name(release.app) + ' ' + release.version);
        }
    }
    std::ranges::sort(words);
    return words;
}

} // namespace

void require_free(World& world, const QubeName& name)
{
    if (!world.hypervisor.capabilities().makes_qubes) {
        throw Error(Code::unsupported, "this backend makes no qubes",
                    "make it: qvm-create --class AppVM --label red --template TEMPLATE " + name.text() +
                        ", then install into it");
    }
    if (world.db.snapshot().find_qube(name) != nullptr) {
        throw Error(Code::conflict, "there is a qube " + name.text() + " already", "see `qpkg qube list`");
    }
    const auto there = world.hypervisor.qubes();
    if (std::ranges::find(there, name, &RunningQube::name) != there.end()) {
        throw Error(Code::conflict, "there is a qube " + name.text() + " that is not recorded here",
                    "to record it again: qpkg restore");
    }
}

Qube plan_qube(World& world, const std::string& typed, const std::string& base_id, Layout layout,
               const std::string& reason)
{
    const auto name = QubeName::require(typed);
    require_free(world, name);
    const auto snapshot = world.db.snapshot();
    const auto& base = plan::require_base(snapshot, BaseId::require(base_id));
    return {name, 0, {{0, world.clock.now(), reason, {base.id, base.commit}, {}}}, layout};
}

Qube create_qube(World& world, Qube qube)
{
    const Change change = CreateQube{qube};
    world.db.commit({&change, 1});
    fault_point("qube.recorded");
    engine::require_live(engine::activate(world.db, world.hypervisor), {qube.name});
    return qube;
}

void require_removable(World& world, const QubeName& name)
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
}

void remove_qube(World& world, const QubeName& name)
{
    require_removable(world, name);
    const Change change = RemoveQube{name};
    world.db.commit({&change, 1});
    fault_point("qube.forgotten");
    world.hypervisor.remove(name);
}

std::size_t Collection::generations() const
{
    std::size_t count = 0;
    for (const auto& qube : dropped) {
        count += qube.numbers.size();
    }
    return count;
}

namespace {

/// Templates that are gone, or whose name another qube has now: nobody asks for what they said any more.
std::vector<Change> forget_lost_roots(World& world, Snapshot& snapshot)
{
    std::vector<Change> changes;
    const auto qubes = snapshot.adopted.empty() ? std::vector<RunningQube>() : world.hypervisor.qubes();
    std::erase_if(snapshot.adopted, [&](const AdoptedBase& adopted) {
        const bool is_there = std::ranges::any_of(qubes, [&](const RunningQube& qube) {
            return qube.name == adopted.root && qube.identity == adopted.identity;
        });
        if (!is_there) {
            changes.emplace_back(ForgetAdopted{adopted.root});
        }
        return !is_there;
    });
    return changes;
}

} // namespace

Collection plan_collection(World& world, const CollectRequest& request)
{
    auto snapshot = state_of(world);
    snapshot.named = named_slots(world);
    plan::Keeping keeping{request.keep};
    for (const auto& name : request.in) {
        keeping.only.push_back(plan::require_qube(snapshot, QubeName::require(name)).name);
    }
    auto forgotten = forget_lost_roots(world, snapshot);
    Collection collection{plan::plan_gc(snapshot, keeping), {}, {}, 0, 0};
    std::ranges::move(forgotten, std::back_inserter(collection.garbage.changes));
    const auto& changes = collection.garbage.changes;
    collection.releases = count<ForgetRelease>(changes);
    for (const auto& change : changes) {
        if (const auto* drop = std::get_if<DropGenerations>(&change)) {
            collection.dropped.push_back(
                {drop->name, drop->numbers, releases_lost(snapshot, plan::require_qube(snapshot, drop->name), *drop)});
        }
    }
    if (request.in.empty() && world.hypervisor.capabilities().owns_qubes) {
        for (const auto& qube : world.hypervisor.qubes()) {
            if (snapshot.find_qube(qube.name) == nullptr && !qube.running) {
                collection.orphans.push_back(qube.name);
            }
        }
    }
    collection.freed = size_of(world, collection.garbage);
    return collection;
}

std::uint64_t collect_garbage(World& world, const Collection& collection)
{
    const auto freed = engine::collect(collection.garbage, world.db, world.content, world.volumes).freed;
    for (const auto& orphan : collection.orphans) {
        world.hypervisor.remove(orphan);
    }
    for (const auto* scratch : {"build", "fetch"}) {
        remove_abandoned_scratch(world.root / scratch);
    }
    return freed;
}

} // namespace qpkg::app
