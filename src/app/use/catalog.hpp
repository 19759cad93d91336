// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there is one place where names become releases. A short name, a repository, a pin, a channel, a base, a sequence:
// whoever decides with half of these installs the wrong thing. Releases are ordered by their signed sequence alone,
// never by comparing versions. An app stays with the repository that it first came from, as long as any generation has
// it, so that another repository cannot take it over with a higher number.
//
// A list that cannot be read is not an empty list. While one is unread, a short name is refused: the app that it means
// may be in there. What was verified before is still listed, and nothing new is taken from a repository that could not
// be brought up to date.
#pragma once

#include "app/import/rebuilds.hpp"
#include "app/world.hpp"
#include "plan/rebuilds.hpp"
#include "signing/client.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace qpkg::app {

enum class Reach {
    online, ///< metadata is refreshed first
    offline ///< only what was accepted before
};

/// What the user takes upon himself, for one command.
struct Allowances {
    bool stale = false;           ///< metadata older than its grace period
    bool despite_dissent = false; ///< a trusted rebuilder got something else
};

/// A release that a trusted repository lists now.
struct Offer {
    RepoName repo;
    trust::ListedRelease release;
};

/// How far a repository's metadata can be relied on, in words for people.
struct RepositoryState {
    RepoName name;
    std::string freshness; ///< "fresh", "grace", "stale"
    std::uint64_t timestamp_version;
    std::int64_t issued;                       ///< seconds since 1970, signed
    std::vector<trust::Problem> problems = {}; ///< what of it cannot be used now
    std::string expired = {};                  ///< in words; empty while it is fresh
};

/// "repository demo: publisher tools: signed by unknown key …"
std::string words_of(const RepoName& repo, const trust::Problem& problem);

/// What the added repositories offer: the one place where names become releases.
class Catalog {
public:
    /// Refreshes each repository unless `reach` is offline. What of one cannot be reached, or is not what was signed,
    /// costs a warning and disables nothing else; what was verified before is still listed.
    Catalog(World& world, const Snapshot& snapshot, Reach reach);
    ~Catalog();

    const std::vector<Offer>& offers() const noexcept { return offers_; }
    const std::vector<RepositoryState>& repositories() const noexcept { return repositories_; }
    const std::vector<std::string>& warnings() const noexcept { return warnings_; }

    /// Error, the cause of the first, when no repository at all could be brought up to date: what was verified before
    /// must not look like what there is now.
    void require_one_current() const;
    /// Why this repository could not be brought up to date now; nothing when it was, and offline.
    const Error* failure(const RepoName& repo) const;
    /// Whether it is known what the repository lists of this app.
    bool is_known(const RepoName& repo, const AppId& app) const;

    /// The offer with the highest sequence for this app, base and channel. Errors: not_found (near names), conflict
    /// (offered for another base only; offered by two repositories), what is wrong with its entry in a list.
    const Offer& choose(const AppId& app, const BaseId& base, const Channel& channel) const;
    /// As `choose`, nothing when it is not offered (any more).
    const Offer* newest(const AppId& app, const BaseId& base, const Channel& channel) const;
    /// The full id of what a person typed, among offers and `installed`. Errors: not_found, conflict (ambiguous),
    /// failed (a short name, and a list that might have it too cannot be read).
    AppId resolve(const std::string& typed, const std::vector<AppId>& installed = {}) const;
    /// Of all channels, for this machine's architecture. Error not_found.
    const Offer& newest(const AppId& app) const;

    /// The manifest, verified; fetched unless it is known already.
    KnownRelease manifest(const Offer& offer);
    /// As `manifest`, of a release that shall be installed. Errors: untrusted when the repository's metadata is too old
    /// to take new releases from, or too few rebuilders reproduced it; why the repository could not be refreshed.
    KnownRelease release(const Offer& offer, const Allowances& allowances);
    /// What the rebuilders say of a release; nothing where the user's policy is off.
    std::optional<RebuildState> rebuilds(const KnownRelease& release);

    Fetcher& fetcher(const RepoName& repo);

private:
    struct Source;

    /// A list that cannot be read: what it offers is not known.
    struct Unread {
        RepoName repo;
        Code code;
        std::string what;
    };

    void require_rebuilt(const KnownRelease& release, plan::Dissent dissent);
    void open(const Repository& repository);
    void refresh(const RepoName& name, Source& source);
    void read(const RepoName& name, Source& source, RepositoryState& state);
    bool may_offer(const RepoName& repo, const std::optional<AppId>& app) const;
    /// Apps whose repository was removed while another has their namespace now.
    void warn();
    void warn_of_orphans();
    void warn_of_older();
    std::string words_of_older(const KnownRelease& known, const Qube& qube) const;
    void warn_of_notices();
    void warn_of_clock();
    Error missing(const std::string& app) const;
    Error ambiguous(const std::string& typed, const Unread& list) const;

    World& world_;
    const Snapshot& snapshot_;
    Reach reach_;
    std::map<RepoName, std::unique_ptr<Source>> sources_;
    std::vector<Offer> offers_;
    std::vector<RepositoryState> repositories_;
    std::vector<std::string> warnings_;
    std::vector<Unread> unread_;
    std::map<AppId, trust::Problem> unusable_; ///< apps of which an entry cannot be used
};

} // namespace qpkg::app
