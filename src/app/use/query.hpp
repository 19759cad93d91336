// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/catalog.hpp"
#include "app/use/outside_roots.hpp"
#include "app/use/security_fixes.hpp"
#include "app/use/updates.hpp"
#include "plan/activation.hpp"

#include <optional>
#include <string>
#include <vector>

/// Questions that change nothing and need no lock.
namespace qpkg::app {

struct InstalledApp {
    QubeName qube;
    KnownRelease release;
    bool held;
    bool repository_gone;   ///< what it came from is not trusted here any more: there will be no upgrades
    VolumeId volume;        ///< that holds it in the qube
    std::string keeps = {}; ///< "debian-12 r41": the older base that its view stands on; empty: the qube's
};

/// The apps of the named qubes, of all when none is named. Errors: not_found.
std::vector<InstalledApp> list_apps(World& world, const std::vector<std::string>& qubes);

struct QubeStatus {
    QubeName name;
    BaseId base;
    std::string base_release; ///< "r41"; empty: it is foreign
    std::uint64_t generation;
    std::size_t apps;
    bool composed; ///< its apps are in one volume
    bool running;
    bool outdated;      ///< runs an older generation
    bool incomplete;    ///< lacks something that its generation has, now or at its next start
    bool vanished;      ///< the backend has it no more
    bool waiting;       ///< has another base from its next start on, and until then what it runs now
    bool base_outdated; ///< a newer release of its base is here
    /// Of a root that qpkg did not make; `unchecked`: nobody said what it stands for, or it was updated since.
    enum class Fit { own_base, unchecked, fits, misfits };
    Fit fit = Fit::own_base;
};

struct StatusReport {
    std::vector<QubeStatus> qubes;
    std::vector<Base> bases;
    std::vector<plan::Disposable> outdated_disposables; ///< running with an older generation of their qube
    std::vector<RepositoryState> repositories;
    std::vector<InstalledApp> withdrawn; ///< installed, or started from, but no longer listed by their repository
    std::vector<InstalledApp> held;
    std::vector<InstalledApp> repository_gone;
    std::vector<FoundMisfit> misfits; ///< with roots that qpkg did not make
    std::vector<WaitingFix> security; ///< newer releases are known here that mend something
    std::vector<std::string> dissent; ///< installed, and a trusted rebuilder got something else, in words
    std::vector<std::string> warnings;
    std::uint64_t reclaimable; ///< bytes
    Updates updates = Updates::none;
};

StatusReport status(World& world);

/// A name that the owner of a qube added to those of an app, or dropped.
struct OwnName {
    QubeName qube;
    NameKey key;
    bool dropped;
};

struct AppInfo {
    AppId app;
    std::vector<Offer> offers; ///< newest first
    std::vector<InstalledApp> installed;
    std::optional<KnownRelease> details;  ///< of the newest offer, or of what is installed
    std::optional<std::size_t> packages;  ///< that it is made of; nothing where that is not here and nobody was asked
    std::optional<RebuildState> rebuilds; ///< of that; nothing where the policy is off, and offline
    std::vector<OwnName> own_names = {};  ///< ascending by qube and name
};

/// Errors: not_found with near names.
AppInfo info(World& world, const std::string& typed, Reach reach);

/// Newest offers whose id or summary contains every word; all when there is none. Ascending by app.
std::vector<Offer> search(World& world, const std::vector<std::string>& words, Reach reach,
                          std::vector<std::string>& warnings);

struct GenerationChange {
    std::uint64_t number;
    bool current;
    std::int64_t created;
    std::string reason;
    std::vector<std::string> changes; ///< "+ git 1:2.39.5-0", "~ gimp 2.10.34-1 → 2.10.36-1", "- keepassxc"
    bool before_gone;                 ///< `gc` dropped the one before: what was changed nobody can tell any more
};

std::vector<GenerationChange> history(World& world, const std::string& qube);

struct AppDifference {
    AppId app;
    std::string from; ///< version, empty: not there
    std::string to;
    std::vector<std::string> packages; ///< "+ name version", "- name version", "~ name from → to"
};

struct BaseDifference {
    BaseId base;
    std::string from; ///< "r41"; empty: foreign
    std::string to;
    std::vector<std::string> packages; ///< as of apps
};

struct DiffReport {
    QubeName qube;
    std::uint64_t from;
    std::uint64_t to;
    std::vector<BaseDifference> bases; ///< none where both start from the same
    std::vector<AppDifference> apps;
};

/// Two generations of a qube; by default the one before the current one, and the current one. Errors: not_found.
DiffReport diff(World& world, const std::string& qube, std::optional<std::uint64_t> from,
                std::optional<std::uint64_t> to);

struct VolumeUse {
    std::string what; ///< app id or base id
    std::string version;
    VolumeId volume;
    std::uint64_t size;             ///< bytes of the image
    std::uint64_t exclusive;        ///< bytes of disk that only the image holds
    std::vector<std::string> users; ///< qubes; "(older generations)" when none has it now
};

struct DiskUse {
    std::vector<VolumeUse> volumes;
    std::uint64_t objects;     ///< bytes of content in the object store, each file once
    std::uint64_t images;      ///< bytes of disk that images alone hold
    std::uint64_t detaching;   ///< of that, of images that are removed, and that running qubes hold until they end
    std::uint64_t unshared;    ///< what the same volumes would take as separate copies
    std::uint64_t reclaimable; ///< bytes `gc` would give back now
};

DiskUse disk_use(World& world);

struct Verdict {
    std::string kind; ///< "volume", "commit", "details", or "app": one of a composed volume, named by its commit
    std::string what; ///< app or base id, "hello in work"
    std::string id;
    std::string problem; ///< empty: as it should be
};

/// Re-reads everything that is wanted. Damage is in the verdicts.
std::vector<Verdict> verify(World& world);

} // namespace qpkg::app
