// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/trust_store.hpp"

#include <map>
#include <utility>

namespace qpkg::trust {

/// A trust store that forgets everything at its end: for a first look at a repository, for the publisher's check of
/// what it staged, and for tests.
class MemoryTrustStore final : public TrustStore {
public:
    std::optional<TrustedRole> trusted(const RepoName& repo, const std::string& role) const override;
    void accept(const RepoName& repo, const TrustedRole& metadata) override;
    void forget(const RepoName& repo, const std::string& role) override;
    std::int64_t newest_issued(const RepoName& repo) const override;
    void raise_issued(const RepoName& repo, std::int64_t issued) override;
    void forget_issued(const RepoName& repo) override;
    void record(const TrustEvent& event) override;
    std::vector<TrustEvent> events() const override;

private:
    std::map<std::pair<RepoName, std::string>, TrustedRole> roles_;
    std::map<RepoName, std::int64_t> issued_;
    std::vector<TrustEvent> events_;
};

} // namespace qpkg::trust
