// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/buffered_trust.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {

void BufferedTrust::write_through()
{
    through_ = true;
    // Another process has read a repository, too: what it saw stays, whole, and the next refresh goes on from there.
    std::set<RepoName> overtaken;
    for (const auto& [place, role] : roles_) {
        if (store_.trusted(place.first, place.second) != role.before) {
            overtaken.insert(place.first);
        }
    }
    for (const auto& [place, role] : roles_) {
        const auto& [repo, name] = place;
        if (overtaken.contains(repo)) {
            continue;
        }
        if (role.now) {
            store_.accept(repo, *role.now);
        } else {
            store_.forget(repo, name);
        }
    }
    for (const auto& [repo, issued] : issued_) {
        if (issued.is_forgotten && overtaken.contains(repo)) {
            continue;
        }
        if (issued.is_forgotten) {
            store_.forget_issued(repo);
        }
        store_.raise_issued(repo, issued.newest);
    }
    for (const auto& event : events_) {
        store_.record(event);
    }
    roles_.clear();
    issued_.clear();
    events_.clear();
}

BufferedTrust::Role& BufferedTrust::changed(const RepoName& repo, const std::string& role)
{
    const Place place(repo, role);
    const auto found = roles_.find(place);
    if (found != roles_.end()) {
        return found->second;
    }
    auto before = store_.trusted(repo, role);
    return roles_.emplace(place, Role{before, before}).first->second;
}

std::optional<TrustedRole> BufferedTrust::trusted(const RepoName& repo, const std::string& role) const
{
    const auto found = roles_.find(Place(repo, role));
    return found == roles_.end() ? store_.trusted(repo, role) : found->second.now;
}

void BufferedTrust::accept(const RepoName& repo, const TrustedRole& metadata)
{
    if (through_) {
        store_.accept(repo, metadata);
        return;
    }
    changed(repo, metadata.role).now = metadata;
}

void BufferedTrust::forget(const RepoName& repo, const std::string& role)
{
    if (through_) {
        store_.forget(repo, role);
        return;
    }
    changed(repo, role).now.reset();
}

std::int64_t BufferedTrust::newest_issued(const RepoName& repo) const
{
    const auto found = issued_.find(repo);
    if (found != issued_.end() && found->second.is_forgotten) {
        return found->second.newest;
    }
    const auto stored = store_.newest_issued(repo);
    return found == issued_.end() ? stored : std::max(stored, found->second.newest);
}

void BufferedTrust::raise_issued(const RepoName& repo, std::int64_t issued)
{
    if (through_) {
        store_.raise_issued(repo, issued);
        return;
    }
    auto& newest = issued_[repo].newest;
    newest = std::max(newest, issued);
}

void BufferedTrust::forget_issued(const RepoName& repo)
{
    if (through_) {
        store_.forget_issued(repo);
        return;
    }
    issued_[repo] = {true, 0};
}

void BufferedTrust::record(const TrustEvent& event)
{
    if (through_) {
        store_.record(event);
        return;
    }
    events_.push_back(event);
}

std::vector<TrustEvent> BufferedTrust::events() const
{
    auto all = store_.events();
    all.insert(all.end(), events_.begin(), events_.end());
    return all;
}

} // namespace qpkg::app
