// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan.hpp"

#include <map>
#include <set>

namespace qpkg::plan {

/// Collects what a plan does while the bindings of one or more qubes are edited.
class Editing {
public:
    Editing(const Snapshot& snapshot, const Occasion& occasion) : snapshot_(snapshot), occasion_(occasion) {}

    /// The wanted bindings of `qube` as edited so far, by app.
    std::map<AppId, Binding>& bindings(const Qube& qube);

    void effect(Effect effect) { plan_.effects.push_back(std::move(effect)); }
    /// The steps that make `release` usable: those whose content is not here yet, each once.
    void prepare(const KnownRelease& release);

    /// A new generation for each qube whose bindings differ from its current ones.
    Plan finish();

private:
    const Snapshot& snapshot_;
    const Occasion& occasion_;
    std::map<QubeName, std::map<AppId, Binding>> edited_;
    std::map<ManifestId, KnownRelease> learned_;
    std::set<CommitId> fetched_;
    std::set<VolumeId> built_;
    Plan plan_;
};

} // namespace qpkg::plan
