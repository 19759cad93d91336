// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/inventory.hpp"

#include "engine/transaction.hpp"

namespace qpkg::app {

Inventory take_inventory(World& world)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    Inventory inventory{.arch = native_arch(),
                        .bases = {},
                        .commits = snapshot.commits,
                        .objects = {},
                        .releases = {},
                        .repositories = {}};
    for (const auto& base : snapshot.bases) {
        if (inventory.bases.empty() || inventory.bases.back() != base.id) { // of one there may be several releases
            inventory.bases.push_back(base.id);
        }
    }
    for (const auto& commit : snapshot.commits) {
        for (const auto& object : world.content.contents(commit)) {
            inventory.objects.push_back(object.id);
        }
    }
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& release = snapshot.release(binding.release).release;
            inventory.releases.push_back({release.app, release.base, release.channel, release.sequence});
        }
    }
    for (const auto& repository : snapshot.repositories) {
        const auto root = world.trust.trusted(repository.name, "root");
        const auto timestamp = world.trust.trusted(repository.name, "timestamp");
        inventory.repositories.push_back(
            {repository.fingerprint, root ? root->version : 0, timestamp ? timestamp->version : 0});
    }
    return inventory;
}

} // namespace qpkg::app
