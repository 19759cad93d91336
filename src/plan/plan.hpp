// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a plan is data. A command first decides everything and then does it. Between the two lies this value: steps that
// add content, changes that become true together, and effects for people. It can be shown, compared with `==` in a
// test, priced, made again without one app, and carried out by an engine that decides nothing.
//
// Steps and changes are vectors of variants, not objects with a virtual `run`: what a step does is said in one place
// for all of them, a test can compare a whole plan, and no step can hide an effect. Steps to undo are not among them:
// what is prepared is content that nobody names yet, and what is committed is one transaction, so there is nothing to
// undo.
//
// What is live is not in a plan. It is computed from what was committed, see activation.hpp.
#pragma once

#include "plan/extensions.hpp"
#include "plan/names.hpp"
#include "plan/services.hpp"

#include "qpkg/model/change.hpp"
#include "qpkg/model/state.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace qpkg::plan {

/// Bring a release into the object store: its commit with everything that names, and its details.
struct FetchCommit {
    KnownRelease release;
    friend bool operator==(const FetchCommit&, const FetchCommit&) = default;
};

/// Write the volume of a commit that is (by then) in the object store.
struct BuildVolume {
    KnownRelease release;
    friend bool operator==(const BuildVolume&, const BuildVolume&) = default;
};

/// Write one volume of all apps of a qube, whose commits are (by then) in the object store.
struct ComposeVolume {
    QubeName qube;
    std::vector<KnownRelease> releases;              ///< ascending by app
    std::optional<VolumeId> expected = std::nullopt; ///< nothing: its name becomes known by making it
    friend bool operator==(const ComposeVolume&, const ComposeVolume&) = default;
};

/// Adds content only: safe to repeat, safe to abandon.
using Step = std::variant<FetchCommit, BuildVolume, ComposeVolume>;

enum class Kind { add, upgrade, downgrade, remove, keep };

/// What changes for one app in one qube, for people.
struct Effect {
    QubeName qube;
    AppId app;
    Kind kind;
    std::optional<KnownRelease> from;
    std::optional<KnownRelease> to;
    std::vector<AllowedService> services = {}; ///< of `to`, that may start afterwards; ascending

    friend bool operator==(const Effect&, const Effect&) = default;
};

/// A decision: what to prepare, and what then becomes true in one transaction.
struct Plan {
    std::vector<Step> prepare;
    std::vector<Change> changes;
    std::vector<Effect> effects; ///< ascending by qube and app; `keep` for what was asked for and is there already
    std::vector<NameEffect> names = {};         ///< ascending by qube and name
    std::vector<ExtensionNote> extensions = {}; ///< ascending by qube and app: those that fall out, or stay behind
    std::vector<ForeignCode> unagreed = {};     ///< ascending; as long as there is any, nothing is carried out
    bool starts_services = true;                ///< else its qubes have no systemd

    bool empty() const noexcept { return changes.empty(); }
    friend bool operator==(const Plan&, const Plan&) = default;
};

/// When and why a plan is made, which is recorded with the generations it creates; and for which backend.
struct Occasion {
    std::int64_t now;         ///< seconds since 1970
    std::string reason;       ///< the command line
    std::size_t most_volumes; ///< of one qube: more apps are composed
    NameWishes wishes = {};
    BaseNames base_names = {};
    bool starts_services = true; ///< else the backend's qubes have no systemd
};

/// Puts each release into each qube; an app that is there at another release changes to this one. No service starts
/// that `services` do not name, or that might start before. Code for another app's view that `code` does not name, and
/// that was not there before, is `unagreed`.
/// Errors: not_found (qube, service), conflict (base or architecture do not match, two apps have one first name, or an
/// extension does not fit),
/// unsupported (too many services), and those of `decide_names`.
Plan plan_install(const Snapshot& snapshot, const std::vector<KnownRelease>& releases,
                  const std::vector<QubeName>& qubes, const Occasion& occasion, const ServiceWishes& wishes = {},
                  const CodeConsents& code = {});

/// Takes each app out of each qube. Errors: not_found (qube, or app not in it).
Plan plan_remove(const Snapshot& snapshot, const std::vector<AppId>& apps, const std::vector<QubeName>& qubes,
                 const Occasion& occasion);

/// An app of a qube that an upgrade moves when there is a newer release of it. Borrows from its snapshot.
struct Upgradable {
    const Qube& qube;
    const AppId& app;
    const KnownRelease& bound;

    bool is_newer(std::uint64_t sequence) const { return sequence > bound.release.sequence; }
};

/// What is in one of `qubes`, is one of `apps` where any are named, and is not held. Error not_found (qube).
std::vector<Upgradable> upgradable(const Snapshot& snapshot, const std::vector<QubeName>& qubes,
                                   const std::vector<AppId>& apps = {});

/// Moves everything upgradable that has a newer release in `newest`. An extension moves where the newer one fits, stays
/// where only its own does, and falls out where neither fits the app as it is then. An app stays where one that is held
/// would fall out.
Plan plan_upgrade(const Snapshot& snapshot, const std::vector<KnownRelease>& newest, const std::vector<QubeName>& qubes,
                  const Occasion& occasion);

/// Goes back to generation `to`, or to the one before the current one. Errors: not_found.
Plan plan_rollback(const Snapshot& snapshot, const QubeName& qube, std::optional<std::uint64_t> to,
                   const BaseNames& base_names = {});

/// Marks apps as held or free. Errors: not_found.
Plan plan_hold(const Snapshot& snapshot, const std::vector<AppId>& apps, const std::vector<QubeName>& qubes, bool held,
               const Occasion& occasion);

/// What the occasion's wishes say of the names of a qube, and nothing else. Errors: not_found, those of `decide_names`.
Plan plan_names(const Snapshot& snapshot, const QubeName& qube, const Occasion& occasion);

/// From now on the qube's apps are laid out so; its current ones are, too. Errors: not_found.
Plan plan_layout(const Snapshot& snapshot, const QubeName& qube, Layout layout, const Occasion& occasion);

/// The qube, or Error not_found with up to three near names.
const Qube& require_qube(const Snapshot& snapshot, const QubeName& name);
/// By its id, or by its last part where one base alone has that: "debian-12" for local.debian-12. Null where that is
/// none.
const Base* known_base(const Snapshot& snapshot, const BaseId& id);
/// As `known_base`, or Error not_found.
const Base& require_base(const Snapshot& snapshot, const BaseId& id);

} // namespace qpkg::plan
