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

#include "plan/base_choice.hpp"
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

/// What a qube starts from changes, for people.
struct BaseEffect {
    QubeName qube;
    Base from;
    Base to;
    Kind kind; ///< upgrade or downgrade

    friend bool operator==(const BaseEffect&, const BaseEffect&) = default;
};

/// An app whose view stands on an older release of the qube's base.
struct KeptBase {
    QubeName qube;
    AppId app;
    Base keeps;
    std::string why; ///< it does not fit the newer one

    friend bool operator==(const KeptBase&, const KeptBase&) = default;
};

/// A newer release of a qube's base that it does not get.
struct BaseNote {
    QubeName qube;
    BaseId base;
    std::string why;

    friend auto operator<=>(const BaseNote&, const BaseNote&) = default;
};

/// A decision: what to prepare, and what then becomes true in one transaction, or in two.
struct Plan {
    std::vector<Step> prepare;
    std::vector<Change> changes;
    std::vector<Effect> effects; ///< ascending by qube and app; `keep` for what was asked for and is there already
    std::vector<NameEffect> names = {};         ///< ascending by qube and name
    std::vector<ExtensionNote> extensions = {}; ///< ascending by qube and app: those that fall out, or stay behind
    std::vector<ForeignCode> unagreed = {};     ///< ascending; as long as there is any, nothing is carried out
    bool starts_services = true;                ///< else its qubes have no systemd
    /// Become true once `changes` are live: generations that wait for the next start of a qube, after one that does
    /// not.
    std::vector<Change> then = {};
    std::vector<BaseEffect> bases = {};    ///< ascending by qube
    std::vector<KeptBase> kept_bases = {}; ///< ascending by qube and app; of qubes that the plan is about
    std::vector<BaseNote> base_notes = {}; ///< ascending

    bool empty() const noexcept { return changes.empty(); }
    friend bool operator==(const Plan&, const Plan&) = default;
};

/// Of both steps, in order.
std::vector<Change> all_changes(const Plan& plan);

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

/// Moves everything upgradable that has a newer release in `newest`, and with it what qubes start from. An app gets the
/// newest release that fits the base of its view; an extension moves with its app, stays where only its own fits, and
/// falls out where neither fits the app as it is then. An app stays where one that is held would fall out. An app of
/// which no release fits a qube's next base keeps the one it has in its own view. Of a qube that runs, what fits the
/// base that it has now moves in `changes`, its base and the rest in `then`.
Plan plan_upgrade(const Snapshot& snapshot, const std::vector<KnownRelease>& newest, const std::vector<QubeName>& qubes,
                  const Occasion& occasion, const BaseChoice& bases = {});

/// Goes back to generation `to`, or to the one before the current one. Errors: not_found.
Plan plan_rollback(const Snapshot& snapshot, const QubeName& qube, std::optional<std::uint64_t> to,
                   const BaseNames& base_names = {});

/// Marks apps as held or free. Errors: not_found.
Plan plan_hold(const Snapshot& snapshot, const std::vector<AppId>& apps, const std::vector<QubeName>& qubes, bool held,
               const Occasion& occasion);

/// The same of what the qubes start from. Errors: not_found, unsupported (a foreign base).
Plan plan_hold_base(const Snapshot& snapshot, const std::vector<QubeName>& qubes, bool held, const Occasion& occasion);

/// What the occasion's wishes say of the names of a qube, and nothing else. Errors: not_found, those of `decide_names`.
Plan plan_names(const Snapshot& snapshot, const QubeName& qube, const Occasion& occasion);

/// From now on the qube's apps are laid out so; its current ones are, too. Errors: not_found.
Plan plan_layout(const Snapshot& snapshot, const QubeName& qube, Layout layout, const Occasion& occasion);

/// Makes a release of a base known and usable.
Plan plan_base(const Snapshot& snapshot, const NewBase& base);

/// The qube, or Error not_found with up to three near names.
const Qube& require_qube(const Snapshot& snapshot, const QubeName& name);
/// By its id, or by its last part where one base alone has that: "debian-12" for local.debian-12. Null where that is
/// none.
const Base* known_base(const Snapshot& snapshot, const BaseId& id);
/// As `known_base`, or Error not_found.
const Base& require_base(const Snapshot& snapshot, const BaseId& id);

} // namespace qpkg::plan
