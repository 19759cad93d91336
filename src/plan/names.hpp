// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a name changes hands only in a plan. A name is a command, a menu entry, a bus name: what somebody types or
// clicks. If it silently meant another program after an upgrade, an app could take over another's place by exporting
// its name.
//
// So each name has one holder. What the base has, no app takes. Then, in this order: what the user prefers; who has the
// name now, if that app still asks for it (a new app's first name takes it from a second one); a first name before a
// second one; who was there earlier; the lower app id. A new app that asks for another's first name is refused, for no
// guess would be its owner's wish. An upgrade is not refused, for it must not fail on what its user did not ask for:
// the name stays where it is.
//
// Recorded are only names that several apps ask for, and in the generation, so a rollback brings them back. Everything
// else follows from the rule in qpkg/model/names.hpp, which the agent in the qube applies as well.
#pragma once

#include "qpkg/model/names.hpp"
#include "qpkg/model/state.hpp"

#include <map>
#include <set>
#include <vector>

/// Who gets which name in a qube: commands, menu entries, services. See repo-format/guest/exports.md, "Who gets a
/// name".
namespace qpkg::plan {

/// What the owner of the qubes says of names in a command.
struct NameWishes {
    std::vector<AppId> preferred = {}; ///< have each name that they ask for
    std::vector<Alias> aliases = {};   ///< one that is the app's own name takes an earlier one back
    std::vector<OwnExport> own = {};   ///< takes back what was said of that name before

    bool empty() const { return preferred.empty() && aliases.empty() && own.empty(); }
};

/// The names that bases have, as far as these are known here.
using BaseNames = std::map<CommitId, std::set<NameKey>>;

/// A name of a qube of which there is something to say: it changes hands, somebody does not get it, or it is an alias.
struct NameEffect {
    QubeName qube;
    NameKey key;
    std::optional<AppId> from;  ///< who had it before
    std::optional<AppId> to;    ///< who has it then; nothing: the base
    std::vector<AppId> without; ///< who asks for it and does not get it, ascending
    std::string stands_for;     ///< an alias: what the app calls it
    bool is_free = false;       ///< neither an app nor the base has it then

    friend bool operator==(const NameEffect&, const NameEffect&) = default;
};

/// An app as a generation binds it.
struct BoundApp {
    AppId app;
    std::vector<Export> exports; ///< in the qube
    std::uint64_t since;
};

/// The apps of one generation and what it records of their names.
struct NamedApps {
    std::vector<BoundApp> apps; ///< ascending by app
    std::map<NameKey, AppId> holders = {};
    std::set<Alias> aliases = {};
    std::set<OwnExport> own = {}; ///< what was added and dropped: `apps` have it already
};

struct DecidedNames {
    std::map<NameKey, AppId> holders; ///< of names that several apps ask for and the base has not
    std::set<Alias> aliases;
    std::set<OwnExport> own;
    std::vector<NameEffect> effects; ///< ascending by name

    friend bool operator==(const DecidedNames&, const DecidedNames&) = default;
};

/// Decides who has each name once the apps of a qube are `after`, with what their modules export. A name in use stays
/// where it is, but for a wish, for an app that is new and brings it as a first name where it was a second one, and
/// where its holder does not ask for it any more. Errors: conflict (an app that is new, an alias or an added name asks
/// for another's first name), usage (wishes that make no sense), not_found (an alias for, or a drop of, what the app
/// does not export).
DecidedNames decide_names(const QubeName& qube, const NamedApps& before, std::vector<BoundApp> after,
                          const std::set<NameKey>& of_base, const NameWishes& wishes);

/// What changes between two recorded states.
std::vector<NameEffect> name_effects(const QubeName& qube, const NamedApps& before, const NamedApps& after,
                                     const std::set<NameKey>& of_base);

/// What a generation records.
NamedApps named_apps(const Snapshot& snapshot, const Generation& generation);

/// The names of that base; nothing where it is not known.
const std::set<NameKey>& names_of_base(const BaseNames& names, const BaseBinding& base);

/// What a qube must be told for its own rule to come to the recorded holders.
struct ToldNames {
    std::map<AppId, std::vector<NameRuling>> rulings = {};
    std::map<AppId, std::uint64_t> turns = {}; ///< empty where app ids do as well, or with fewer words

    std::uint64_t turn_of(const AppId& app) const { return turns.contains(app) ? turns.at(app) : 0; }
};
ToldNames told_names(const NamedApps& apps);

/// What has each name in the qube, as far as its base has it not.
struct HeldName {
    AppId app;
    const Export* made; ///< of `apps`
};
std::map<NameKey, HeldName> held_names(const NamedApps& apps);

/// For each thing in the qube that is called `name`, or that an app calls so: who has it and who gave way.
std::vector<NameEffect> names_called(const QubeName& qube, const NamedApps& apps, const std::string& name,
                                     const std::set<NameKey>& of_base);

} // namespace qpkg::plan
