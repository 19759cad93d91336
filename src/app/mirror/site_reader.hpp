// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a mirror reads like a client. A mirror is trusted with nothing, so it could copy blindly; but it would then hand
// on what every client refuses, and its owner would hear of it last. So it verifies as a client does that begins with
// the first root, and what was read on the way, byte for byte and in that order, is what a client will ask for. That
// record is the mirror's metadata, and the order of sections in a bundle.
#pragma once

#include "signing/client.hpp"
#include "signing/memory_trust_store.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace qpkg::app {

/// A repository's files as a client asks for them: what was asked for is remembered, with its bytes, in that order.
class RecordingFetcher final : public Fetcher {
public:
    using File = std::pair<std::string, std::string>; ///< path, bytes

    explicit RecordingFetcher(std::unique_ptr<Fetcher> source) : source_(std::move(source)) {}

    const std::vector<File>& files() const noexcept { return files_; }
    Fetcher& source() noexcept { return *source_; }

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    std::optional<std::string> look_for(const std::string& path, std::uint64_t cap) override;
    /// Passed on, not remembered: objects are too large for that.
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override
    {
        source_->get_many(requests, sink);
    }

private:
    const std::string* known(const std::string& path, std::uint64_t cap) const;
    std::optional<std::string> remember(const std::string& path, std::optional<std::string> bytes);

    std::unique_ptr<Fetcher> source_;
    std::vector<File> files_;
};

/// Reads and verifies a repository as a client that begins with its first root and trusts all its namespaces. For
/// those who pass it on: they believe it no more than its readers will, but stop at what those would refuse.
class SiteReader {
public:
    /// What was trusted of it before, and the fingerprint that one of its roots must have.
    struct Known {
        trust::MemoryTrustStore store;
        std::optional<std::string> fingerprint;
    };

    /// Errors: what TrustClient::inspect and refresh throw.
    SiteReader(std::unique_ptr<Fetcher> site, const std::string& location, std::int64_t now);
    SiteReader(std::unique_ptr<Fetcher> site, const std::string& location, std::int64_t now, Known known);

    const std::vector<trust::ListedRelease>& listed() const noexcept { return listed_; }
    /// The manifest, verified; it becomes one of `files`.
    KnownRelease fetch(const trust::ListedRelease& release) { return client_->fetch_release(release, fetcher_); }
    trust::Freshness freshness() const { return client_->freshness(); }
    std::uint64_t index() const noexcept { return report_.timestamp_version; }

    /// Everything that was read, in order, the first root first.
    const std::vector<RecordingFetcher::File>& files() const noexcept { return fetcher_.files(); }
    /// Fingerprints of all roots, version 1 first, 64 hex digits each.
    const std::vector<std::string>& fingerprints() const noexcept { return fingerprints_; }
    /// For objects and what else is not metadata: nothing of it is remembered.
    Fetcher& source() noexcept { return fetcher_.source(); }
    /// A small file that is not metadata, remembered; nothing when it is not there.
    std::optional<std::string> take_along(const std::string& path, std::uint64_t cap)
    {
        return fetcher_.look_for(path, cap);
    }
    /// What rebuilders say of a commit. Web servers list no directories, so dissent is only found in a directory.
    void take_statements(const CommitId& commit);
    const trust::MemoryTrustStore& store() const noexcept { return store_; }

private:
    std::string location_;
    RecordingFetcher fetcher_;
    trust::MemoryTrustStore store_;
    std::unique_ptr<trust::TrustClient> client_;
    trust::RefreshReport report_;
    std::vector<trust::ListedRelease> listed_;
    std::vector<std::string> fingerprints_;
};

} // namespace qpkg::app
