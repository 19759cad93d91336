// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a change is prepared, shown and applied by three calls. `prepare_…` reads, decides and prices; it changes nothing
// but what is known of repositories. Then a person sees the plan and may say no. `apply` prepares content, commits,
// activates, in that order, whatever the command was. So a new command is a new way to make a plan, and never a new way
// to change the state.
//
// A plan that brings something from outside is made without the writer lock, so others may have changed the state
// before it is applied. What it counts on is looked at again under the lock; that each qube is still at the generation
// that was planned for is checked inside the transaction, where nobody can come between.
#pragma once

#include "app/use/catalog.hpp"
#include "app/use/names_wished.hpp"
#include "app/use/services_wished.hpp"
#include "engine/transaction.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace qpkg::app {

/// Which qubes a command is about.
struct QubeChoice {
    std::vector<std::string> names;
    bool all = false;
    std::vector<std::string> skip;
};

struct InstallRequest {
    std::vector<std::string> apps; ///< as typed
    QubeChoice into;
    std::string channel = "stable";
    Reach reach = Reach::online;
    Allowances allow;
    NameRequest names;
    ServiceChoice services = {};
    std::vector<std::string> code = {}; ///< EXTENSION:APP, that a person lets into that app's view
    std::string reason;                 ///< the command line
};

struct RemoveRequest {
    std::vector<std::string> apps;
    QubeChoice from;
    bool delete_state = false; ///< what the qubes keep for the apps goes, too
    std::string reason;
};

struct UpgradeRequest {
    std::vector<std::string> apps; ///< empty: all
    QubeChoice in;
    Reach reach = Reach::online;
    Allowances allow;
    NameRequest names;
    bool only_security = false; ///< what mends no vulnerability stays as it is
    std::string reason;
    std::vector<std::string> hold_base_for = {}; ///< apps for which a base rather stays than that they keep it
    bool only_looks =
        false; ///< a newer release that cannot be had yet is told, and no failure where it is the only one
};

struct RollbackRequest {
    std::string qube;
    std::optional<std::uint64_t> to; ///< nothing: the generation before the current one
};

struct HoldRequest {
    std::vector<std::string> apps;
    QubeChoice in;
    bool base = false; ///< what the qubes start from, in the place of apps
    bool held;
    std::string reason;
};

struct ExportRequest {
    std::string app;                ///< as typed
    std::vector<std::string> names; ///< commands, menu entries (NAME.desktop), services
    std::string qube;
    bool drop; ///< else the names are added
    NameRequest wishes;
    std::string reason;
};

struct LayoutRequest {
    std::string qube;
    Layout layout;
    std::string reason;
};

/// What one line of a plan costs. Bytes.
struct Cost {
    std::uint64_t download;            ///< from the sizes in the signed manifest
    bool exact;                        ///< the download will be that; else it is an estimate
    std::uint64_t disk;                ///< size of the volume
    std::uint64_t shared;              ///< of that, here already
    std::vector<QubeName> shared_with; ///< qubes that hold this very volume
};

/// An app that an upgrade leaves out, though there may be a newer release of it.
struct LeftOut {
    AppId app;
    Error why;
};

/// A plan with everything a person wants to know before saying yes.
struct PreparedChange {
    Snapshot snapshot;
    plan::Plan plan;
    std::vector<Cost> costs;                      ///< one for each effect of the plan
    std::uint64_t disk_needed = 0;                ///< bytes, at most
    std::uint64_t free_space = 0;                 ///< bytes
    std::unique_ptr<Catalog> catalog;             ///< the open repositories; nothing where none is needed
    std::map<CommitId, DeltaSummary> deltas = {}; ///< commits that come by delta
    std::vector<LeftOut> left_out = {};           ///< ascending by app
    bool deletes_state = false;                   ///< of apps that leave a qube
    std::vector<Cost> base_costs = {};            ///< one for each base that moves
    std::map<Digest, std::string> details = {};   ///< of releases, raw: fetched to make the plan
    /// Of an upgrade: vulnerabilities that newer releases of apps and bases mend, by their commits; ascending.
    std::map<CommitId, std::vector<std::string>> mended = {};
    /// Of an upgrade that may leave apps out: the plan without these, too.
    std::function<plan::Plan(const Snapshot&, const std::set<AppId>&)> replan = {};

    const std::vector<std::string>& warnings() const;
};

PreparedChange prepare_install(World& world, const InstallRequest& request);
/// Brings a base, as typed, that is not here. Errors: not_found (no repository offers it), conflict (two do).
PreparedChange prepare_base(World& world, const std::string& typed, Reach reach);
PreparedChange prepare_remove(World& world, const RemoveRequest& request);
/// Held apps are skipped, and bases too, which stay where apps are named. An app whose newer release cannot be had is
/// left out and hinders no other, unless the request names it or nothing else is left to do: then why it cannot is the
/// Error.
PreparedChange prepare_upgrade(World& world, const UpgradeRequest& request);
PreparedChange prepare_rollback(World& world, const RollbackRequest& request);
PreparedChange prepare_hold(World& world, const HoldRequest& request);

/// Names that the owner of a qube adds to those of an app in it, or drops. Errors: not_found (the app has nothing of
/// that name; its tree is not here), conflict (another app has it as a first name).
PreparedChange prepare_export(World& world, const ExportRequest& request);
PreparedChange prepare_layout(World& world, const LayoutRequest& request);

/// Apps that leave a qube which keeps state for them.
std::vector<std::pair<QubeName, AppId>> states_left(const plan::Plan& plan);

struct QubeOutcome {
    QubeName name;
    std::uint64_t generation;
    bool outdated; ///< it runs and keeps an older generation until it starts again
    bool waiting;  ///< because that has another base
};

struct ChangeReport {
    engine::Prepared prepared;
    std::vector<QubeOutcome> qubes;
    std::vector<plan::Disposable> outdated_disposables; ///< of these qubes: they keep an older generation
    std::uint64_t reclaimable;                          ///< bytes that `gc --keep 0` would give back now
};

/// For a plan that was made before the lock was taken. Error conflict when something it counts on was removed since;
/// that its qubes are what they were is for the commit to see.
void require_still_there(const World& world, const PreparedChange& change);

/// Prepare, commit, activate. The plan's qubes are what they were, or what was planned; what has to come from outside
/// was laid aside. Error engine::Damaged when that was not all: nothing is committed then.
ChangeReport apply(World& world, PreparedChange& change);
/// Before anything is made of it.
void bring_first(plan::Plan& plan, const KnownRelease& release);
/// The plan brings what was found damaged, too, and counts on what is left of it. Still under the lock.
void bring_again(const World& world, PreparedChange& change, const engine::Damaged& damaged);

/// What an interrupted command left undone. Called by every command that writes, under the lock. A qube for which it
/// fails is warned about: it must not hinder the others.
void recover(World& world);
/// Whether there is something left undone. Needs no lock: another command may be just at it.
bool is_interrupted(World& world);

/// When and why, for this backend.
plan::Occasion occasion(const World& world, const std::string& reason);
/// Of a command that changes the apps of these qubes.
plan::Occasion occasion(const World& world, const Snapshot& snapshot, const std::vector<QubeName>& qubes,
                        const std::string& reason, plan::NameWishes wishes = {});
/// What is installed in any of these qubes. Errors: not_found.
std::vector<AppId> apps_in(const Snapshot& snapshot, const std::vector<QubeName>& qubes);
/// The apps of these qubes that were typed. Errors: not_found, conflict.
std::vector<AppId> resolve_installed(const std::vector<std::string>& typed, const Snapshot& snapshot,
                                     const std::vector<QubeName>& qubes);

/// The qubes a choice means. Errors: not_found, usage (none named).
std::vector<QubeName> chosen_qubes(const Snapshot& snapshot, const QubeChoice& choice);

} // namespace qpkg::app
