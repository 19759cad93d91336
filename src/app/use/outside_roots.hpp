// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a template's word counts so little. On Qubes a qube starts from a template that Qubes' own tools keep and update.
// What it is made of only it can say, and nobody signs that. So it is asked once, its owner says which base it stands
// for, and the answer does one thing: a new app that does not fit is refused. What is installed goes on; after an
// update of the template nobody knows until it is asked again.
#pragma once

#include "app/use/known_details.hpp"
#include "app/world.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// What the owner and a root have said, as far as it still holds: it is the same qube, and was not updated since.
const AdoptedBase* adopted_word(const Snapshot& snapshot, const OutsideRoot& root);

/// What the qube stands on, of its base or of its root's word. Nothing where that is not known, or cannot be asked.
std::optional<GivenBase> base_given_to(const World& world, const Snapshot& snapshot, const QubeName& qube);

/// An app that is in a qube and does not fit what the qube stands on.
struct FoundMisfit {
    QubeName qube;
    AppId app;
    std::string version;
    std::string what; ///< for people

    friend bool operator==(const FoundMisfit&, const FoundMisfit&) = default;
};

/// Of one generation of a qube; an app whose view keeps an older base, and one that is not known, fit.
std::vector<FoundMisfit> misfits_in(const Snapshot& snapshot, const Qube& qube, const Generation& generation,
                                    const GivenBase& base, KnownDetails& details);

/// A root that stands for a base from now on.
struct AdoptRequest {
    std::string root;
    std::string base;
    std::optional<std::uint64_t> level; ///< nothing: that of the apps in its qubes, or else 1
};

struct AdoptPlan {
    OutsideRoot root;
    BaseId base;
    std::uint64_t level;
    std::vector<QubeName> qubes; ///< recorded, that start from it; ascending
};

struct AdoptReport {
    AdoptedBase adopted;
    std::size_t packages;
    std::size_t files;
    std::vector<FoundMisfit> misfits; ///< ascending by qube and app
};

/// Errors: not_found (no such qube), unsupported (qpkg makes the qubes), usage (it is no template; of an app's level),
/// conflict (qubes that start from it are recorded with another base).
AdoptPlan plan_adopt(World& world, const AdoptRequest& request);

/// Asks the root, keeps its answer, and tells the backend. Errors: conflict (it does not run), failed (it does not
/// answer), and those of parse_root_description: nothing is changed then.
AdoptReport adopt_base(World& world, const AdoptPlan& plan);

} // namespace qpkg::app
