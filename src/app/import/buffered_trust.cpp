// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/buffered_trust.hpp"

#include "qpkg/core/fault.hpp"

#include <algorithm>

namespace qpkg::app {

void BufferedTrust::write_through()
{
    through_ = true;
    const auto overtaken = this->overtaken();
    for (const auto& step : steps_) {
        if (step.counts == Counts::always || !overtaken.contains(step.repo)) {
            step.repeat();
            fault_point("trust.handed-over");
        }
    }
    steps_.clear();
    roles_.clear();
    issued_.clear();
    events_.clear();
}

bool BufferedTrust::has_news() const
{
    const auto is_new = [](const auto& entry) { return entry.second.now != entry.second.before; };
    const auto is_newer = [&](const auto& entry) {
        return entry.second.is_forgotten || entry.second.newest > store_.newest_issued(entry.first);
    };
    return !events_.empty() || std::ranges::any_of(roles_, is_new) || std::ranges::any_of(issued_, is_newer);
}

/// Those that another process has read, too: what it saw stays, whole, and the next refresh goes on from there.
std::set<RepoName> BufferedTrust::overtaken() const
{
    std::set<RepoName> overtaken;
    for (const auto& [place, role] : roles_) {
        if (store_.trusted(place.first, place.second) != role.before) {
            overtaken.insert(place.first);
        }
    }
    return overtaken;
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
    steps_.push_back({repo, Counts::alone, [this, repo, metadata] { store_.accept(repo, metadata); }});
}

void BufferedTrust::forget(const RepoName& repo, const std::string& role)
{
    if (through_) {
        store_.forget(repo, role);
        return;
    }
    changed(repo, role).now.reset();
    steps_.push_back({repo, Counts::alone, [this, repo, role] { store_.forget(repo, role); }});
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
    steps_.push_back({repo, Counts::always, [this, repo, issued] { store_.raise_issued(repo, issued); }});
}

void BufferedTrust::forget_issued(const RepoName& repo)
{
    if (through_) {
        store_.forget_issued(repo);
        return;
    }
    issued_[repo] = {true, 0};
    steps_.push_back({repo, Counts::alone, [this, repo] { store_.forget_issued(repo); }});
}

void BufferedTrust::record(const TrustEvent& event)
{
    if (through_) {
        store_.record(event);
        return;
    }
    events_.push_back(event);
    steps_.push_back({event.repo, Counts::always, [this, event] { store_.record(event); }});
}

std::vector<TrustEvent> BufferedTrust::events() const
{
    auto all = store_.events();
    all.insert(all.end(), events_.begin(), events_.end());
    return all;
}

} // namespace qpkg::app
