// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/adoption.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

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
    const auto base = hypervisor.outside_base(name);
    if (!base) {
        throw Error(Code::usage, "nobody has said which base " + name.text() + " has",
                    "say it once for its template: qvm-features TEMPLATE qpkg.base debian-12");
    }
    return {name, *base, std::nullopt, std::nullopt, 0, {{0, occasion.now, occasion.reason, {}}}};
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

} // namespace qpkg::app
