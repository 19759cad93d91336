// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/activation.hpp"
#include "plan/names.hpp"
#include "plan/plan.hpp"
#include "support/snapshots.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

/// Apps with commands, installed into the qube work, and who has which name there.
namespace qpkg::testing {

inline const auto work = QubeName::require("work");
inline const auto calc = AppId::require("org.example.calc");
inline const auto math = AppId::require("org.example.math");
inline const auto writer = AppId::require("org.example.writer");
inline const NameKey office{ExportKind::command, "office"};

struct Named {
    std::string name;
    Rank rank = Rank::first;
};

/// An app with these commands.
inline KnownRelease app(const AppId& id, const std::vector<Named>& commands, std::uint64_t sequence = 1)
{
    auto known = a_known_release(id.text(), sequence);
    known.release.exports.clear();
    for (const auto& [name, rank] : commands) {
        known.release.exports.push_back(
            {.kind = ExportKind::command, .name = name, .path = "/usr/bin/" + name, .rank = rank});
    }
    return known;
}

inline const Named first{"office"};
inline const Named second{"office", Rank::second};

inline plan::Occasion with(plan::NameWishes wishes, std::set<NameKey> of_base = {})
{
    return {3000, "qpkg", 26, std::move(wishes), {{CommitId(sha256("base")), std::move(of_base)}}};
}

/// `releases` one after the other in work.
inline Snapshot installed(const std::vector<KnownRelease>& releases, const plan::Occasion& occasion = with({}))
{
    auto snapshot = a_snapshot();
    for (const auto& release : releases) {
        snapshot = after(snapshot, plan::plan_install(snapshot, {release}, {work}, occasion));
    }
    return snapshot;
}

inline plan::Plan install(const Snapshot& snapshot, const KnownRelease& release, const plan::NameWishes& wishes = {})
{
    return plan::plan_install(snapshot, {release}, {work}, with(wishes));
}

inline const Generation& now(const Snapshot& snapshot) { return snapshot.find_qube(work)->current_generation(); }

using Holders = std::map<NameKey, AppId>;
using Effects = std::vector<plan::NameEffect>;

/// What the agent would come to by what it is told.
inline Holders in_the_qube(const Snapshot& snapshot)
{
    std::vector<std::vector<Export>> exports;
    const auto slots = plan::slots_of(snapshot, now(snapshot));
    for (const auto& slot : slots) {
        const auto binding = std::ranges::find(now(snapshot).bindings, slot.app, &Binding::app);
        std::set<OwnExport> from_host;
        for (const auto& ruling : slot.rulings) {
            if (!ruling.path.empty()) {
                from_host.insert({slot.app, ruling.key, ruling.path});
            }
        }
        exports.push_back(exports_in_qube(snapshot.release(binding->release).release.exports, slot.app, from_host));
    }
    std::vector<Claimant> claimants;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        claimants.push_back({slots[i].app, claims_of(exports[i], slots[i].rulings), slots[i].turn});
    }
    return holders_by_rule(claimants);
}

inline AppId holder(const Snapshot& snapshot) { return in_the_qube(snapshot).at(office); }

} // namespace qpkg::testing
