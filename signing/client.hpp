// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why expiry stops new releases and nothing else. Metadata that has expired is still the newest that is known. To
// refuse it would keep what is older still, and to stop what is installed would let anybody who blocks a line end the
// work of a machine. So it is accepted, listed and shown, loudly; only installing something new asks for freshness, and
// the user decides how long a machine without a network may go on (`offline_grace`).
//
// What is wrong with one publisher, delegation or entry disables that alone: a repository with twenty publishers must
// not stop for one of them. It is remembered beside the metadata, so that every later command can say it.
#pragma once

#include "repo-format/repo/notices.hpp"
#include "signing/key.hpp"
#include "signing/updater.hpp"

#include "qpkg/model/state.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/trust_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a machine believes about one qpkg repository: the state machine of signing/updater.hpp, with namespaces,
/// releases and the time rules of signing/trust.md.
namespace qpkg::trust {

enum class FreshnessState {
    fresh,
    grace, ///< expired less than the repository's offline_grace ago: usable, loudly
    stale, ///< expired longer ago: what is installed runs on, nothing new is installed
};

struct Freshness {
    FreshnessState state;
    std::string role;     ///< whose expiry comes first
    std::int64_t expires; ///< seconds since 1970
    std::int64_t now;     ///< max(system clock, newest signed time seen)

    friend bool operator==(const Freshness&, const Freshness&) = default;
};

/// A release as signed metadata lists it, without its manifest.
struct ListedRelease {
    AppId app;
    Arch arch;
    Channel channel;
    BaseOrNone base;
    std::string version;
    std::uint64_t sequence;
    std::string summary;
    std::string publisher; ///< the role that lists it
    std::string path;      ///< target path: "org.example/hello/x86_64/stable-41.json"
    std::uint64_t length;  ///< bytes of the manifest
    ManifestId manifest;

    friend bool operator==(const ListedRelease&, const ListedRelease&) = default;
};

/// A repository at first contact. Nothing of this is trusted until somebody compared the fingerprint.
struct RootInfo {
    std::string bytes; ///< the root file to begin with
    std::uint64_t version;
    std::string fingerprint;             ///< 64 hex digits
    std::int64_t expires;                ///< seconds since 1970
    std::vector<std::string> namespaces; ///< delegated to its publishers, ascending
    bool has_open_keys;                  ///< it says that its keys have no passphrase
};

/// Who may release, and what the role says about its signatures for stock OSTree clients.
struct PublisherInfo {
    std::string name;
    std::vector<std::string> namespaces; ///< delegated all the way down and allowed here, ascending
    std::optional<PublicKey> ostree_key;
};

/// Where the problems of the last refresh are kept, beside metadata: this is no role's name.
inline constexpr std::string_view problems_role = "check/problems";

class TrustClient {
public:
    /// Loads what is trusted already; needs no network. `now` is the system clock, read once per operation.
    TrustClient(TrustStore& store, const Repository& repository, std::int64_t now);

    /// Looks at a repository that is not trusted yet: its newest root, or the newest root of this fingerprint.
    /// Errors: untrusted with both fingerprints in full when no root has it; what `refresh` throws.
    static RootInfo inspect(Fetcher& fetcher, std::int64_t now,
                            const std::optional<std::string>& fingerprint = std::nullopt);

    /// First contact: from now on this root is the root of trust. Its fingerprint must be the repository's. Older
    /// metadata of the repository's name is forgotten, the signed time is not.
    void init(const std::string& root_bytes);

    /// Brings metadata up to date: root chain, timestamp, snapshot, targets, publishers of allowed namespaces. Each
    /// role is durable when accepted; a failure keeps what was accepted before it. A publisher that cannot be had is
    /// one of the report's problems and hinders no other. Nothing new costs two small requests. What failed is
    /// remembered for `problems`, and recorded when it is new. Errors: not_found (no root of trust), untrusted
    /// (signatures, rollback), corrupt, no_space (over a cap), failed (a file is not there). Expiry is no error here,
    /// see `freshness`.
    RefreshReport refresh(Fetcher& fetcher, Older older = Older::refuse);

    /// Of the metadata all releases hang from; of one release also its publisher's.
    /// Error not_found when there is no metadata yet.
    Freshness freshness() const;
    Freshness freshness(const ListedRelease& release) const;

    /// Error untrusted when new releases may not be installed: says since when, and what to do.
    void require_installable(const ListedRelease& release) const;

    /// Every release of trusted publishers within the allowed namespaces, ascending by path; of a publisher whose new
    /// list cannot be had, those of the list that was verified before. Error not_found (never refreshed).
    std::vector<ListedRelease> listed() const;

    /// All that cannot be used now, for whatever reason: what the last refresh met, and what the metadata has in it.
    std::vector<Problem> problems() const;
    /// Of these, the lists of which nothing can be read, not even an older copy: who knows what they offer.
    std::vector<Problem> unread() const;
    /// Apps of which an entry cannot be used, with the reason.
    std::map<AppId, Problem> unusable_apps() const;

    /// Trusted publishers within the allowed namespaces. Errors as `listed`.
    std::vector<PublisherInfo> publishers() const;

    /// The release's manifest, hashed before it is parsed and compared with what lists it.
    KnownRelease fetch_release(const ListedRelease& release, Fetcher& fetcher) const;

    /// Namespaces that the repository delegates but this machine does not allow it, ascending.
    std::vector<std::string> ignored_namespaces() const;
    /// Every namespace the repository delegates, ascending.
    std::vector<std::string> delegated_namespaces() const;

    /// The highest number that a publisher took off the list of this line of releases, 0 when there is none.
    std::uint64_t newest_withdrawn(const AppId& app, const Arch& arch, const Channel& channel) const;
    /// What the app's publishers tell of it as a whole.
    std::optional<tuf::Notice> notice(const AppId& app) const;
    /// Whether a role here, or a publisher for stock clients, signs with this key.
    bool signs_with(const PublicKey& key) const;

    /// max(system clock, newest signed time seen).
    std::int64_t now() const { return updater_.now(); }
    std::int64_t newest_signed() const { return updater_.newest_signed(); }
    bool has_root() const noexcept { return updater_.root().has_value(); }
    std::string fingerprint() const { return root_fingerprint(*updater_.require_root()); }

private:
    struct Publisher {
        std::string name;
        std::vector<std::string> namespaces; ///< delegated all the way down and allowed here
        Verified<tuf::Targets> role;
        bool outdated; ///< an older copy than the snapshot names
    };
    /// How the walk over delegations gets a publisher's role as the snapshot names it: from the store (nothing: it is
    /// not there), or from the repository (Error: it cannot be had).
    using Obtain = std::function<std::optional<Verified<tuf::Targets>>(const Verified<tuf::Targets>& parent,
                                                                       const tuf::Delegation& delegation)>;
    /// What a walk came across: publishers in the order of their delegations, and what is wrong with the others.
    struct Found {
        std::vector<Publisher> publishers;
        std::vector<Problem> outdated;  ///< of which an older copy is used
        std::vector<Problem> missing;   ///< of which there is none
        std::vector<Problem> malformed; ///< delegations that are ignored
    };
    class Walk;

    void load_publishers();
    void update(Fetcher& fetcher, RefreshReport& report, Older older = Older::refuse);
    void update_publishers(Fetcher& fetcher, RefreshReport& report);
    void note_strays(const tuf::Delegation& delegation, const tuf::Targets& role, RefreshReport& report);
    std::vector<Problem> remembered() const;
    void remember(const std::vector<Problem>& problems);
    std::vector<Problem> entry_problems() const;

    const Found& require_publishers() const;
    Freshness freshness_of(const tuf::Targets* publisher, const std::string& name) const;

    TrustStore& store_;
    Repository repository_;
    Updater updater_;
    std::optional<Found> found_; ///< nothing before there is a snapshot and a targets role
};

} // namespace qpkg::trust
