// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/commits.hpp"

#include <set>

namespace qpkg::plan {
namespace {

std::set<CommitId> commits_of_bases(const Snapshot& snapshot)
{
    std::set<CommitId> commits;
    for (const auto& base : snapshot.bases) {
        commits.insert(base.commit);
    }
    return commits;
}

} // namespace

std::vector<CommitId> needed_commits(const Snapshot& snapshot)
{
    auto commits = commits_of_bases(snapshot);
    for (const auto& [id, known] : snapshot.releases) {
        commits.insert(known.release.tree.commit);
    }
    return {commits.begin(), commits.end()};
}

std::vector<Digest> needed_details(const Snapshot& snapshot)
{
    std::set<Digest> details;
    for (const auto& [id, known] : snapshot.releases) {
        details.insert(known.release.details.sha256);
    }
    for (const auto& base : snapshot.bases) {
        if (base.details) {
            details.insert(*base.details);
        }
    }
    for (const auto& adopted : snapshot.adopted) {
        details.insert(adopted.details);
    }
    return {details.begin(), details.end()};
}

std::vector<CommitId> commits_in_use(const Snapshot& snapshot)
{
    auto commits = commits_of_bases(snapshot);
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            commits.insert(snapshot.release(binding.release).release.tree.commit);
        }
    }
    return {commits.begin(), commits.end()};
}

} // namespace qpkg::plan
