// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/releases.hpp"

#include "qpkg/model/change.hpp"
#include "qpkg/model/state.hpp"

#include <algorithm>
#include <string>

namespace qpkg::testing {

inline KnownRelease a_known_release(std::string_view app = "org.example.hello", std::uint64_t sequence = 1)
{
    return {ManifestId(sha256("manifest" + std::string(app) + std::to_string(sequence))), RepoName::require("demo"),
            a_release(app, sequence)};
}

inline Qube a_qube(std::string_view name)
{
    return {QubeName::require(name),
            0,
            {{0, 1000, "qpkg qube create", {BaseId::require("debian-12"), CommitId(sha256("base"))}, {}}}};
}

/// Two qubes on one base, one repository, nothing installed.
inline Snapshot a_snapshot()
{
    Snapshot snapshot;
    snapshot.qubes = {a_qube("personal"), a_qube("work")};
    snapshot.bases = {{.id = BaseId::require("debian-12"),
                       .commit = CommitId(sha256("base")),
                       .volume = VolumeId(sha256("base volume")),
                       .volume_size = 4096,
                       .level = 12,
                       .created = 1000,
                       .packages = {},
                       .number = 1}};
    snapshot.repositories = {{RepoName::require("demo"), "/site", std::string(64, 'a'), {"org.example"}, 86'400}};
    snapshot.commits = {CommitId(sha256("base"))};
    snapshot.volumes = {VolumeId(sha256("base volume"))};
    return snapshot;
}

/// The same after `releases` were installed into `qube` as its next generation, content included.
inline Snapshot with_installed(Snapshot snapshot, std::string_view name, const std::vector<KnownRelease>& releases)
{
    const auto qube = std::find_if(snapshot.qubes.begin(), snapshot.qubes.end(),
                                   [&](const Qube& candidate) { return candidate.name.text() == name; });
    Generation next{qube->generations.back().number + 1, 2000, "qpkg install", qube->base(), {}};
    for (const auto& release : releases) {
        next.bindings.push_back({release.release.app, release.id});
        snapshot.releases.insert_or_assign(release.id, release);
        snapshot.commits.push_back(release.release.tree.commit);
        snapshot.volumes.push_back(release.release.volume.root);
        snapshot.details.push_back(release.release.details.sha256);
    }
    std::sort(next.bindings.begin(), next.bindings.end());
    qube->current = next.number;
    qube->generations.push_back(std::move(next));
    const auto tidy = [](auto& ids) {
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    };
    tidy(snapshot.commits);
    tidy(snapshot.volumes);
    tidy(snapshot.details);
    return snapshot;
}

/// `snapshot` once what a plan records is true.
template <class Plan>
Snapshot after(Snapshot snapshot, const Plan& plan)
{
    for (const auto& change : plan.changes) {
        if (const auto* learned = std::get_if<LearnRelease>(&change)) {
            snapshot.releases.insert_or_assign(learned->release.id, learned->release);
        } else if (const auto* base = std::get_if<SetBase>(&change)) {
            snapshot.bases.push_back(base->base);
        } else if (const auto* step = std::get_if<AdvanceQube>(&change)) {
            auto& qube = *std::ranges::find(snapshot.qubes, step->name, &Qube::name);
            qube.generations.push_back(step->next);
            qube.current = step->next.number;
        } else if (const auto* point = std::get_if<PointQube>(&change)) {
            std::ranges::find(snapshot.qubes, point->name, &Qube::name)->current = point->to;
        }
    }
    return snapshot;
}

} // namespace qpkg::testing
