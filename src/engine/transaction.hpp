// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why every change has three phases. Prepare adds content that no row names: it may be repeated, abandoned, killed.
// Commit is one transaction of the database, and that moment is the moment the change happens. Activate makes the qubes
// what the database says, and may be repeated as well. So a crash leaves garbage, or the new state with some work left,
// and never something to undo; the next command that writes activates first.
//
// The engine decides nothing: what to do stands in the plan, what is live is computed by `plan_activation`. Not taken:
// undoing steps in memory when a later one fails, which a kill forgets; and a log of steps on disk, which is a second
// database beside the first.
//
// A qube that fails to activate hinders no other: a command that is about it says so, every other only warns. The
// change itself is recorded by then: what is promised is finished by the next command.
#pragma once

#include "plan/activation.hpp"
#include "plan/garbage.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/ports/content_store.hpp"
#include "qpkg/ports/hypervisor.hpp"
#include "qpkg/ports/state_db.hpp"
#include "qpkg/ports/volume_store.hpp"

#include <functional>
#include <map>
#include <vector>

/// Prepare, commit, activate: the one way in which anything changes. See ARCHITECTURE.md, "The shape of a change".
namespace qpkg::engine {

/// The database at one moment, plus what the stores really hold.
Snapshot take_snapshot(const StateDb& db, const ContentStore& content, const VolumeStore& volumes);

struct Prepared {
    ImportReport imported; ///< summed over all steps
    struct Volume {
        AppId app;
        VolumeReport report;
    };
    std::vector<Volume> volumes;           ///< of the BuildVolume steps, in order
    std::map<QubeName, VolumeId> composed; ///< of the ComposeVolume steps
};

/// Where a release's objects are read.
using FetcherFor = std::function<Fetcher&(const KnownRelease&)>;

/// Brings what `prepare` will need from outside and lays it aside (ContentStore::stage_commit), before anybody holds
/// the lock: a sender may take its time.
ImportReport lay_aside(const plan::FetchCommit& step, ContentStore& content, const FetcherFor& fetcher,
                       Progress& progress);

void add(ImportReport& sum, const ImportReport& one);

/// What a volume was to be made of is damaged or missing. The damaged objects were removed: they have to be brought
/// again, and not under the lock, before anybody tries again.
class Damaged : public Error {
public:
    Damaged(const Error& what, std::vector<KnownRelease> made_of)
        : Error(what.code(), what.what(), "get it again: qpkg restore"), releases(std::move(made_of))
    {
    }

    std::vector<KnownRelease> releases; ///< that the volume is made of
};

/// Adds content; durable on return. Dying here leaves garbage for gc, nothing else. Error Damaged, and what the stores
/// say.
Prepared prepare(const plan::Plan& plan, ContentStore& content, VolumeStore& volumes, const FetcherFor& fetcher,
                 Progress& progress);

/// The moment it happens: one SQLite transaction. Generations get the composed volumes that were made for them. Error
/// conflict when the plan is stale.
void commit(const plan::Plan& plan, const Prepared& prepared, StateDb& db);

/// What is really there, as the backend says.
plan::Live look(Hypervisor& hypervisor);

/// Makes what is live equal to what is wanted. Idempotent; run after each command and at the start of the next. What it
/// returns names as outdated the qubes, too, whose programs hold a volume that had to go.
/// A qube that fails hinders no other: it is among `failed`, with the reason, and the next command tries again.
struct Activated {
    plan::Activation done;
    std::map<QubeName, Error> failed;
};
Activated activate(const StateDb& db, Hypervisor& hypervisor);
/// For a command that is about these qubes: Error partly names those of them that failed.
void require_live(const Activated& activated, const std::set<QubeName>& qubes);

struct Collected {
    plan::Garbage garbage;
    std::uint64_t freed; ///< bytes
};

/// Rows first, then volumes, then objects: no row ever names content that is gone. On a full disk, where rows cannot be
/// removed, what no row names goes before them.
Collected collect(const plan::Garbage& garbage, StateDb& db, ContentStore& content, VolumeStore& volumes);

} // namespace qpkg::engine
