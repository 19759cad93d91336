// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why steps are collected by what they make. Two qubes may ask for one app, and a volume may be here while its commit
// is not. A step is planned for a result that is not here yet, and once. That a volume is here is enough: its commit is
// not fetched for it, unless its details are missing, too, which come with it. Commits and volumes that a step relies
// on may go before it runs; `require_still_there` looks again.
#pragma once

#include "plan/plan.hpp"

#include <set>

namespace qpkg::plan {

/// Collects the steps that make content usable: those whose result is not here yet, each once.
class Preparing {
public:
    explicit Preparing(const Snapshot& snapshot) : snapshot_(snapshot) {}

    /// The app's own volume.
    void separate(const KnownRelease& release);
    /// One volume of all `releases` (ascending by app) for `qube`; `expected` where it was made before.
    void composed(const QubeName& qube, std::vector<KnownRelease> releases, const std::optional<VolumeId>& expected);

    /// What the release says of itself.
    void details(const KnownRelease& release);

    std::vector<Step> finish() { return std::move(steps_); }

private:
    void fetch(const KnownRelease& release);
    void commit(const KnownRelease& release);

    const Snapshot& snapshot_;
    std::set<ManifestId> fetched_;
    std::set<VolumeId> built_;
    std::vector<Step> steps_;
};

/// The releases that a generation binds, ascending by app.
std::vector<KnownRelease> releases_of(const Snapshot& snapshot, const Generation& generation);

/// What a recorded generation needs, whatever it is.
void prepare_generation(Preparing& preparing, const Snapshot& snapshot, const QubeName& qube,
                        const Generation& generation);

} // namespace qpkg::plan
