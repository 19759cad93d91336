// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the planner gets everything as one value. A snapshot is the database at one moment and what the stores hold.
// Decisions are functions of it: they can be tested with a few lines, give the same answer twice, and never wait. A
// generation is immutable and numbered, so that "what was there before" is a row and not something to be computed
// backwards.
#pragma once

#include "qpkg/model/names.hpp"
#include "qpkg/model/rebuilder.hpp"
#include "qpkg/model/release.hpp"
#include "qpkg/model/service.hpp"
#include "qpkg/model/volume_slot.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qpkg {

/// A release of a minimal root that modules are built against and qubes start from.
struct Base {
    BaseId id;
    CommitId commit; ///< names it: of one id there are as many as generations need
    VolumeId volume;
    std::uint64_t volume_size; ///< bytes
    std::uint64_t level;       ///< within one, what was built on it is expected to go on working
    std::int64_t created;      ///< seconds since 1970
    std::vector<Package> packages;
    std::optional<Digest> details = {}; ///< what it says of itself; nothing: only its tree was found again
    std::uint64_t number = 0;           ///< orders the releases of one id, and only rises: how many were made here, or
                                        ///< the sequence that a repository signed
    std::optional<ManifestId> release = {}; ///< that a repository listed; nothing: it was made here

    friend bool operator==(const Base&, const Base&) = default;
};

/// "r41", and with the last part of its id "debian-12 r41": for people.
std::string release_word(const Base& base);
std::string release_name(const Base& base);

/// A release this machine has chosen, with where it came from.
struct KnownRelease {
    ManifestId id;
    RepoName repo;
    Release release;

    friend bool operator==(const KnownRelease&, const KnownRelease&) = default;
};

/// "This app, at this release, is wanted in this qube."
struct Binding {
    AppId app;
    ManifestId release;
    bool held = false;                         ///< upgrade skips it
    std::uint64_t since = 0;                   ///< number of the generation that brought the app: who was there earlier
    std::vector<AllowedService> services = {}; ///< that may start, ascending
    std::optional<CommitId> own_base = {};     ///< the older release of the qube's base that its view stands on;
                                               ///< nothing: the qube's own

    friend auto operator<=>(const Binding&, const Binding&) = default;
};

/// "The qube starts from this base, at this release."
struct BaseBinding {
    BaseId id;
    std::optional<CommitId> commit = {}; ///< of the release; nothing where the base is foreign: on Qubes a template
    bool held = false;                   ///< upgrade leaves it

    friend bool operator==(const BaseBinding&, const BaseBinding&) = default;
};

/// A numbered, immutable set of bindings of one qube.
struct Generation {
    std::uint64_t number;
    std::int64_t created; ///< seconds since 1970
    std::string reason;   ///< the command that made it
    BaseBinding base;
    std::vector<Binding> bindings; ///< ascending by app
    /// The one volume that holds all its apps; nothing: each app has its own.
    std::optional<VolumeId> composed = std::nullopt;
    /// The apps that have the names which more than one of its apps asks for.
    std::map<NameKey, AppId> holders = {};
    std::set<Alias> aliases = {};
    std::set<OwnExport> own = {}; ///< each name of an app once

    friend bool operator==(const Generation&, const Generation&) = default;
};

/// How the apps of a qube are laid out on volumes.
enum class Layout {
    separate, ///< one volume per app, shared with all qubes that have it; more apps than the backend has room for are
              ///< composed all the same
    composed, ///< one volume that holds all of them
};

struct Qube {
    QubeName name;
    std::uint64_t current;               ///< number of the generation that is wanted
    std::vector<Generation> generations; ///< ascending; generation 0 is empty and made with the qube
    Layout layout = Layout::separate;    ///< of generations to come
    std::string identity = {};           ///< which qube of that name (RunningQube::identity); empty: not known

    const Generation& current_generation() const;
    const BaseBinding& base() const { return current_generation().base; }

    friend bool operator==(const Qube&, const Qube&) = default;
};

/// A repository the user trusts to publish some namespaces.
struct Repository {
    RepoName name;
    std::string location;                   ///< directory or http(s) URL
    std::string fingerprint;                ///< of the root of trust at first contact, 64 hex digits
    std::vector<std::string> namespaces;    ///< what it may publish, ascending
    std::int64_t offline_grace;             ///< seconds that expired metadata is still used, loudly
    std::vector<Rebuilder> rebuilders = {}; ///< ascending
    std::map<std::string, RebuildPolicy> rebuild_policies = {}; ///< by namespace; those that are off are not there

    friend bool operator==(const Repository&, const Repository&) = default;
};

/// The owner's word that a root which qpkg did not make, on Qubes a template, stands for a base; with what that root
/// said of itself, which nobody has signed.
struct AdoptedBase {
    QubeName root;
    std::string identity; ///< which qube of that name: RunningQube::identity
    BaseId id;
    std::uint64_t level;
    Digest details;      ///< in the object store
    std::int64_t asked;  ///< seconds since 1970
    std::string updated; ///< what OutsideRoot::updated was then

    friend bool operator==(const AdoptedBase&, const AdoptedBase&) = default;
};

/// Everything the planner decides on: the database at one moment, plus what is really there.
struct Snapshot {
    std::vector<Qube> qubes;
    std::vector<Base> bases; ///< ascending by id, then by number
    std::map<ManifestId, KnownRelease> releases;
    std::vector<Repository> repositories;
    std::vector<VolumeId> volumes;         ///< present in the volume store, ascending
    std::vector<CommitId> commits;         ///< complete in the object store, ascending
    std::vector<Digest> details = {};      ///< of releases, present in the object store, ascending
    std::vector<VolumeSlot> named = {};    ///< what qubes name, where they are not qpkg's own: recorded or not
    std::vector<AdoptedBase> adopted = {}; ///< ascending by root

    const Qube* find_qube(const QubeName& name) const;
    const Base* find_base(const BaseId& id) const; ///< the newest release of it that is here
    const Base* find_base(const CommitId& commit) const;
    /// The release that the binding names; null where the base is foreign. Error corrupt when it is not recorded.
    const Base* base_of(const BaseBinding& binding) const;
    const KnownRelease& release(const ManifestId& id) const;

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

} // namespace qpkg
