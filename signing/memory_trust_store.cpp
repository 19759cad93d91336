// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/memory_trust_store.hpp"

#include <algorithm>

namespace qpkg::trust {

std::optional<TrustedRole> MemoryTrustStore::trusted(const RepoName& repo, const std::string& role) const
{
    const auto found = roles_.find({repo, role});
    return found == roles_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryTrustStore::accept(const RepoName& repo, const TrustedRole& metadata)
{
    roles_.insert_or_assign({repo, metadata.role}, metadata);
}

void MemoryTrustStore::forget(const RepoName& repo, const std::string& role) { roles_.erase({repo, role}); }

std::int64_t MemoryTrustStore::newest_issued(const RepoName& repo) const
{
    const auto found = issued_.find(repo);
    return found == issued_.end() ? 0 : found->second;
}

void MemoryTrustStore::raise_issued(const RepoName& repo, std::int64_t issued)
{
    issued_[repo] = std::max(newest_issued(repo), issued);
}

void MemoryTrustStore::forget_issued(const RepoName& repo) { issued_.erase(repo); }

void MemoryTrustStore::record(const TrustEvent& event) { events_.push_back(event); }

std::vector<TrustEvent> MemoryTrustStore::events() const { return events_; }

} // namespace qpkg::trust
