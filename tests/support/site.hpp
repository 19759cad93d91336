// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/roles.hpp"
#include "signing/key.hpp"

#include "qpkg/model/state.hpp"
#include "qpkg/ports/fetcher.hpp"

#include <map>
#include <string>
#include <vector>

namespace qpkg::testing {

/// The same key for the same name, in every run.
trust::SecretKey a_key(std::string_view name);

/// A repository in memory whose every part a test may bend: the roles are plain values, and nothing is signed or
/// written until one of the `write` functions is called.
class Site final : public Fetcher {
public:
    static constexpr std::int64_t start = 1'790'000'000; ///< seconds since 1970, when it was signed
    static constexpr std::int64_t day = 86'400;

    /// Version 1 of everything is written: publisher "demo" may release into org.example and has no releases.
    Site();

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override;

    /// Lists the release and writes its manifest; the roles are to be written by the caller.
    void add(const Release& release, const std::string& publisher = "demo");
    void delegate(const std::string& publisher, std::vector<std::string> namespaces);

    void write_root();
    void write_targets();
    /// targets.json as it is, with its first delegation no longer terminating; then everything above it.
    void write_targets_not_terminating();
    void write_publisher(const std::string& publisher);
    void write_snapshot();
    void write_timestamp();
    /// One version up for everything but the root, all written.
    void publish();

    /// What a user who added this site would have configured.
    Repository repository() const;
    std::string fingerprint() const;

    std::map<std::string, std::vector<std::string>> signers; ///< role → names of the keys that sign it
    tuf::Root root;
    tuf::Targets targets;
    std::map<std::string, tuf::Targets> publishers;
    tuf::Snapshot snapshot;
    tuf::Timestamp timestamp;
    std::map<std::string, std::string> files; ///< what is served
    std::vector<std::string> asked;           ///< paths that were asked for

private:
    std::string sign(const std::string& role, const std::string& payload) const;
};

/// The file with the first `from` of its payload changed to `to`, signed again by these keys.
std::string resigned(const std::string& file, const std::string& from, const std::string& to,
                     const std::vector<std::string>& signers);

/// Keys and threshold of a role, from names.
tuf::RoleKeys role_keys(const std::vector<std::string>& names, std::uint64_t threshold);

} // namespace qpkg::testing
