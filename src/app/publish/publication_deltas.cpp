// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publication.hpp"
#include "repo-format/repo/manifest.hpp"

#include <algorithm>

namespace qpkg::app {

/// The commits of the newest releases before this one, as many as were asked for.
std::vector<CommitId> Publication::earlier_commits(const Release& release) const
{
    std::vector<CommitId> commits;
    for (const auto& path : releases_before(publisher_.role, release)) {
        if (commits.size() == request_.deltas) {
            break;
        }
        const auto bytes = read_target(request_.repository, path, publisher_.role.targets.at(path));
        const auto commit = bytes ? std::optional(parse_manifest(*bytes).tree.commit) : std::nullopt;
        if (commit && *commit != release.tree.commit && std::ranges::find(commits, *commit) == commits.end()) {
            commits.push_back(*commit);
        }
    }
    return commits;
}

void Publication::write_deltas(Release& release, const CommitSigner& signer) const
{
    const auto earlier = earlier_commits(release);
    if (earlier.empty() || !ports_.make_deltas) {
        return;
    }
    release.deltas = with_context("publish " + release.app.text(), [&] {
        return ports_.make_deltas(request_.repository / "ostree", earlier, release.tree.commit, signer,
                                  ports_.progress);
    });
}

} // namespace qpkg::app
