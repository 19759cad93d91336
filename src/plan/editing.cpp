// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/editing.hpp"

#include <algorithm>

namespace qpkg::plan {

std::map<AppId, Binding>& Editing::bindings(const Qube& qube)
{
    const auto [place, inserted] = edited_.try_emplace(qube.name);
    if (inserted) {
        for (const auto& binding : qube.current_generation().bindings) {
            place->second.emplace(binding.app, binding);
        }
    }
    return place->second;
}

void Editing::prepare(const KnownRelease& release)
{
    const auto& tree = release.release.tree;
    const auto& volume = release.release.volume;
    if (!snapshot_.releases.contains(release.id)) {
        learned_.emplace(release.id, release);
    }
    if (std::binary_search(snapshot_.volumes.begin(), snapshot_.volumes.end(), volume.root)) {
        return;
    }
    const bool here = std::binary_search(snapshot_.commits.begin(), snapshot_.commits.end(), tree.commit);
    if (!here && fetched_.insert(tree.commit).second) {
        plan_.prepare.emplace_back(FetchCommit{release});
    }
    if (built_.insert(volume.root).second) {
        plan_.prepare.emplace_back(BuildVolume{release});
    }
}

Plan Editing::finish()
{
    std::vector<Change> advances;
    for (const auto& [name, wanted] : edited_) {
        const auto& qube = *snapshot_.find_qube(name);
        std::vector<Binding> bindings;
        for (const auto& [app, binding] : wanted) {
            bindings.push_back(binding);
        }
        if (bindings != qube.current_generation().bindings) {
            // Generations are ascending, so a number is never used twice, also after a rollback.
            const auto number = qube.generations.back().number + 1;
            advances.emplace_back(
                AdvanceQube{name, qube.current, {number, occasion_.now, occasion_.reason, std::move(bindings)}});
        }
    }
    if (!advances.empty()) {
        for (const auto& [id, release] : learned_) {
            plan_.changes.emplace_back(LearnRelease{release});
        }
        plan_.changes.insert(plan_.changes.end(), advances.begin(), advances.end());
    }
    std::stable_sort(plan_.effects.begin(), plan_.effects.end(), [](const Effect& a, const Effect& b) {
        return std::tie(a.qube, a.app) < std::tie(b.qube, b.app);
    });
    return std::move(plan_);
}

} // namespace qpkg::plan
