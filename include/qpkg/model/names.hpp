// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the rule is small and lies in the model. The planner on the host and the agent in the qube must come to the same
// answer, or a plan would show what does not happen. So the rule takes values and needs libc alone. It knows nothing of
// what is recorded and nothing of the base: the host tells the qube the few cases in which the record says something
// else, and each side adds what it knows of the base.
#pragma once

#include "qpkg/model/release.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Who gets a name in a qube. The planner on the host and the agent in the qube use this one rule; libc only. See
/// repo-format/guest/exports.md, "Who gets a name".
namespace qpkg {

/// A name in a qube that only one can have: the base, or one of its apps.
struct NameKey {
    ExportKind kind;
    std::string name;

    friend auto operator<=>(const NameKey&, const NameKey&) = default;
};

/// The owner of a qube calls a command or desktop entry of an app otherwise.
struct Alias {
    AppId app;
    NameKey key;      ///< what the app exports
    std::string name; ///< what it is called in the qube

    friend auto operator<=>(const Alias&, const Alias&) = default;
};

/// The owner of a qube adds a name to those that an app has there, or drops one of them.
struct OwnExport {
    AppId app;
    NameKey key;
    std::string path; ///< what an added name stands for in the app's view; empty: dropped

    friend auto operator<=>(const OwnExport&, const OwnExport&) = default;
};

/// What `app` exports in a qube whose owner said that. A name that is added is a first name.
std::vector<Export> exports_in_qube(std::vector<Export> exports, const AppId& app, const std::set<OwnExport>& own);

/// What the host says of a name of an app, where the module and the rule alone would decide otherwise.
struct NameRuling {
    NameKey key;
    std::string instead;   ///< what it is called in the qube, where that is not its own name
    std::string path = {}; ///< the qube's owner added the name: what it stands for in the view

    /// What it is called in the qube; nothing: the app does not get it.
    std::optional<std::string> called() const
    {
        const bool is_withheld = instead.empty() && path.empty();
        return is_withheld ? std::nullopt : std::optional(instead.empty() ? key.name : instead);
    }

    friend auto operator<=>(const NameRuling&, const NameRuling&) = default;
};

/// An export under the name that it asks for.
struct Claim {
    NameKey key;
    Rank rank;
    const Export* made;
};

/// What an app asks for. An alias is a first name. An icon is one claim for all its sizes.
std::vector<Claim> claims_of(std::span<const Export> exports, std::span<const NameRuling> rulings = {});

/// One of several who ask for names.
struct Claimant {
    AppId app;
    std::vector<Claim> claims;
    std::uint64_t turn = 0; ///< as the host says it; it says none where app ids come to the same with fewer words

    /// Who has a name before others that ask for it with the same rank.
    bool is_asked_before(const Claimant& other) const { return std::tie(turn, app) < std::tie(other.turn, other.app); }
};

/// The rule: of those with a first name the one that is asked first has it, else of those with a second name. Names of
/// the base are not known here.
std::map<NameKey, AppId> holders_by_rule(std::span<const Claimant> claimants);

/// Where the base has what would be found by that name before an app's, in its root: "usr/bin/hello", … A file, a
/// folder or a link at one of these places means that no app gets the name. Icons, and desktop entries in folders of
/// their own, lie at more places than can be listed.
std::vector<std::string> places_in_base(const NameKey& key);
/// The reverse, for all places: the name that a file of the base at `path` ("/usr/bin/hello") has, if that is one.
std::optional<NameKey> name_in_base(std::string_view path);

/// Names that qpkg itself has in each qube.
bool is_own_name(const NameKey& key);

/// "command", "desktop", "icon", "dbus", "service", "mime": as files and features write it.
std::string_view word_of(ExportKind kind);
std::optional<ExportKind> kind_named(std::string_view word);

/// At most 64 letters, digits and . _ + @ - that begin with neither . nor -
bool is_export_name(std::string_view text);

} // namespace qpkg
