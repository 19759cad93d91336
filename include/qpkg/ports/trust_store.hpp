// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why trusted metadata is kept as the bytes that were served. It is verified again whenever it is loaded, by the keys
// that count now. Stored as values it would have to be believed; stored with a flag "verified" it would stay so after
// its keys were withdrawn.
#pragma once

#include "qpkg/model/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qpkg {

/// Metadata of one role as it was accepted. `bytes` are exactly the bytes that were served.
struct TrustedRole {
    std::string role; ///< "root", "timestamp", "snapshot", "targets", or a publisher's name
    std::uint64_t version;
    std::string bytes;

    friend bool operator==(const TrustedRole&, const TrustedRole&) = default;
};

/// Something about trust that a person may want to look up later.
struct TrustEvent {
    std::int64_t time; ///< seconds since 1970
    RepoName repo;
    std::string what;
};

/// What was trusted last, per repository. Each call is durable on return.
class TrustStore {
public:
    virtual ~TrustStore() = default;

    virtual std::optional<TrustedRole> trusted(const RepoName& repo, const std::string& role) const = 0;
    /// Replaces the role's trusted metadata.
    virtual void accept(const RepoName& repo, const TrustedRole& metadata) = 0;
    /// Fast-forward recovery (specification 5.3.11): the role's trusted metadata is deleted.
    virtual void forget(const RepoName& repo, const std::string& role) = 0;

    /// The newest signed time seen in a verified timestamp of this repository, 0 at first; raised until it is
    /// forgotten.
    virtual std::int64_t newest_issued(const RepoName& repo) const = 0;
    virtual void raise_issued(const RepoName& repo, std::int64_t issued) = 0;
    /// Fast-forward recovery of that time: it is 0 again.
    virtual void forget_issued(const RepoName& repo) = 0;

    virtual void record(const TrustEvent& event) = 0;
    virtual std::vector<TrustEvent> events() const = 0;
};

} // namespace qpkg
