// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why roles are asked for in this order, and each is stored before the next is asked for. Root says whose keys count,
// the timestamp which snapshot is current, the snapshot which version, length and hash every other role has. So nothing
// is fetched whose hash is not known already, but root and timestamp, which are small and capped. A role that was
// accepted is durable at once: "never older than seen" must hold also when the next file is missing and the command
// fails.
//
// Fast-forward recovery: who steals the timestamp's key can sign the highest version there is, and clients would then
// refuse every honest one. So when root changes the keys of timestamp or snapshot, what is stored of these two is
// forgotten, and so is the newest signed time. That must happen before the new root is stored: after a crash between
// the two, nobody could tell any more that the keys had changed.
//
// One state machine serves dom0, mirrors and repositories of others. What differs is data, in `Profile` and `Reader`:
// two machines would not have the same holes at the same time.
#pragma once

#include "signing/problem.hpp"
#include "signing/verify.hpp"

#include "qpkg/model/id.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/trust_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The client state machine of the TUF specification 1.0.34, sections 5.2 to 5.6: one code for dom0, for mirrors, and
/// for repositories of others. What differs stands in `Profile`.
namespace qpkg::trust {

enum class OnExpiry {
    keep,   ///< newer metadata is better than older, however old: whoever installs asks `TrustClient::freshness`
    refuse, ///< to the letter of 5.3.10, 5.4.4, 5.5.6 and 5.6.6: what has expired is not stored
};

enum class OnFarDate {
    refuse, ///< what nobody can have signed yet is a mistake of the publisher's clock, or a thief's
    keep,   ///< others promise validity for decades
};

struct Profile {
    const Reader& reader;
    OnExpiry on_expiry;
    OnFarDate on_far_date;

    /// Bytes that a file of each role may have.
    std::uint64_t largest_root;
    std::uint64_t largest_timestamp;
    std::uint64_t largest_snapshot;
    std::uint64_t largest_targets;
    std::uint64_t largest_delegated;
    std::size_t most_roles; ///< delegated roles visited at once
};

/// dom0, and everything that reads qpkg repositories.
const Profile& strict_profile();

struct RefreshReport {
    bool changed = false; ///< something newer was accepted
    bool older = false;   ///< what is trusted already is newer, and was kept
    std::uint64_t root_version = 0;
    std::uint64_t timestamp_version = 0;
    std::vector<std::string> notes; ///< for people: keys rotated, targets outside a namespace, …
    std::vector<Problem> problems;  ///< publishers whose list is not what the snapshot names, with the reason
};

/// What to do when a repository shows an older timestamp than the one that is trusted.
enum class Older {
    refuse, ///< 5.4.3.1: a server that does so takes something back
    keep,   ///< a medium that was written earlier is no attack: the newer metadata stays
};

struct FoundTarget {
    tuf::Target target;
    std::string role; ///< that lists it
};

/// Metadata of one repository. Each role is durable in the store when accepted; a failure keeps what was accepted
/// before. Errors of what talks to a repository: untrusted (signatures, rollback, expiry, far dates), corrupt, no_space
/// (over a cap), failed (a file is not there).
class Updater {
public:
    /// Loads what is trusted already. `clock` is the system clock, read once per operation (5.1).
    Updater(TrustStore& store, RepoName repo, const Profile& profile, std::int64_t clock);

    /// 5.2: the first root. The caller knows why it may be believed.
    void trust_root(const std::string& bytes);

    /// 5.3 to 5.6 for the four top-level roles.
    void refresh(Fetcher& fetcher, RefreshReport& report, Older older = Older::refuse);

    /// 5.6.7.1: a delegated role as the snapshot names it, from the store or from the repository.
    Verified<tuf::Targets> delegated(const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation,
                                     Fetcher& fetcher, RefreshReport& report);
    /// The same, from the store alone; nothing when it is not there as the snapshot names it.
    std::optional<Verified<tuf::Targets>> stored(const Verified<tuf::Targets>& parent,
                                                 const tuf::Delegation& delegation) const;

    /// The newest copy in the store that the delegation's keys sign, whatever version the snapshot names.
    std::optional<Verified<tuf::Targets>> kept(const Verified<tuf::Targets>& parent,
                                               const tuf::Delegation& delegation) const;

    /// 5.6.7: searches pre-order, depth first, asking only for roles whose delegation covers the path. Nothing when no
    /// role lists it.
    std::optional<FoundTarget> find(const std::string& target_path, Fetcher& fetcher, RefreshReport& report);

    const std::optional<Verified<tuf::Root>>& root() const noexcept { return root_; }
    const std::optional<Verified<tuf::Timestamp>>& timestamp() const noexcept { return timestamp_; }
    const std::optional<Verified<tuf::Snapshot>>& snapshot() const noexcept { return snapshot_; }
    /// The top-level targets role; only while it is the one that the snapshot names.
    const std::optional<Verified<tuf::Targets>>& targets() const noexcept { return targets_; }
    /// Error not_found when there is none.
    const Verified<tuf::Root>& require_root() const;

    /// max(system clock, newest signed time seen).
    std::int64_t now() const;
    /// The newest time in a verified timestamp, 0 when there was none.
    std::int64_t newest_signed() const;
    void record(const std::string& what);

private:
    void load_roles();
    void update_root(Fetcher& fetcher, RefreshReport& report);
    void update_timestamp(Fetcher& fetcher, RefreshReport& report, Older older);
    void update_snapshot(Fetcher& fetcher, RefreshReport& report);
    void update_targets(Fetcher& fetcher, RefreshReport& report);
    void accept_root(Verified<tuf::Root> next, RefreshReport& report);
    void accept_timestamp(std::string bytes, RefreshReport& report, Older older);
    template <class T>
    void accept(const std::string& role, const Verified<T>& metadata, RefreshReport& report);
    void require_fresh(const tuf::Header& header) const;
    void require_plausible(std::string_view what, std::int64_t signed_at) const;
    void require_plausible_expiry(const std::string& role, const tuf::Header& header) const;
    std::string fetch_pinned(Fetcher& fetcher, const std::string& role, const tuf::FileInfo& info,
                             std::uint64_t cap) const;

    TrustStore& store_;
    RepoName repo_;
    const Profile& profile_;
    std::int64_t clock_;
    std::optional<Verified<tuf::Root>> root_;
    std::optional<Verified<tuf::Timestamp>> timestamp_;
    std::optional<Verified<tuf::Snapshot>> snapshot_;
    std::optional<Verified<tuf::Targets>> targets_;
};

} // namespace qpkg::trust
