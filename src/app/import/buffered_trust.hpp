// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what was verified waits in memory. Repositories are read before anybody holds the writer lock, often by commands
// that write nothing else. But "never older than seen" works only if what was seen is kept. So it is collected here,
// and written down as soon as the lock is there, also when the command itself fails or its user says no.
//
// Another process may have read the same repository meanwhile. What it wrote stays, whole: roles of two readings are
// not mixed. Nothing is lost by that; the next refresh goes on from there.
#pragma once

#include "qpkg/ports/trust_store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace qpkg::app {

/// What is trusted, before anybody may write it down: repositories are read without the writer's lock, and what was
/// verified is kept here until `write_through`. That takes nothing back that another process accepted meanwhile.
class BufferedTrust final : public TrustStore {
public:
    explicit BufferedTrust(TrustStore& store) : store_(store) {}

    /// Hands everything over in the order in which it came: a process that is killed meanwhile leaves what the client
    /// itself would have left, whose order keeps a new root from being stored before what a thief made newest is
    /// forgotten. From here on each call is the store's.
    void write_through();
    /// Something of what is kept here would change the store: else nobody needs to become a writer for it.
    bool has_news() const;
    /// Everything is kept here again.
    void hold_back() { through_ = false; }

    std::optional<TrustedRole> trusted(const RepoName& repo, const std::string& role) const override;
    void accept(const RepoName& repo, const TrustedRole& metadata) override;
    void forget(const RepoName& repo, const std::string& role) override;
    std::int64_t newest_issued(const RepoName& repo) const override;
    void raise_issued(const RepoName& repo, std::int64_t issued) override;
    void forget_issued(const RepoName& repo) override;
    void record(const TrustEvent& event) override;
    std::vector<TrustEvent> events() const override;

private:
    using Place = std::pair<RepoName, std::string>;

    /// What became of a role here; no metadata: it was forgotten.
    struct Role {
        std::optional<TrustedRole> before; ///< what the store had when it was first changed here
        std::optional<TrustedRole> now;
    };
    /// What became of the newest signed time here.
    struct Issued {
        bool is_forgotten = false; ///< what the store has no longer counts
        std::int64_t newest = 0;
    };
    enum class Counts {
        alone, ///< only while no other process has read the repository, too
        always
    };
    /// What is to be repeated in the store.
    struct Step {
        RepoName repo;
        Counts counts;
        std::function<void()> repeat;
    };

    Role& changed(const RepoName& repo, const std::string& role);
    std::set<RepoName> overtaken() const;

    TrustStore& store_;
    bool through_ = false;
    std::vector<Step> steps_;
    std::map<Place, Role> roles_;
    std::map<RepoName, Issued> issued_;
    std::vector<TrustEvent> events_;
};

} // namespace qpkg::app
