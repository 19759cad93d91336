// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "signing/memory_trust_store.hpp"

#include <filesystem>

namespace qpkg::tuf_client {

/// Trusted metadata as one file per role, bytes as served; the role's name percent-encoded. The directory belongs to
/// one repository and holds nothing else, so pins and events last only as long as the program.
class DirectoryTrustStore final : public TrustStore {
public:
    explicit DirectoryTrustStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

    std::optional<TrustedRole> trusted(const RepoName& repo, const std::string& role) const override;
    void accept(const RepoName& repo, const TrustedRole& metadata) override;
    /// Keeps the file: what the current keys do not sign is not read, and what they do sign may still hold back a
    /// rollback.
    void forget(const RepoName& repo, const std::string& role) override;

    std::int64_t newest_issued(const RepoName& repo) const override { return memory_.newest_issued(repo); }
    void raise_issued(const RepoName& repo, std::int64_t issued) override { memory_.raise_issued(repo, issued); }
    void forget_issued(const RepoName& repo) override { memory_.forget_issued(repo); }
    void record(const TrustEvent& event) override { memory_.record(event); }
    std::vector<TrustEvent> events() const override { return memory_.events(); }

private:
    std::filesystem::path file_of(const std::string& role) const;

    std::filesystem::path directory_;
    trust::MemoryTrustStore memory_;
};

} // namespace qpkg::tuf_client
