// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "engine/transaction.hpp"
#include "plan/garbage.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// Errors: conflict (there is one of that name), unsupported (the backend's qubes are made by other tools).
void require_free(World& world, const QubeName& name);
/// A qube with no apps, to be made. Errors: not_found (base, near names), as `require_free`.
Qube plan_qube(World& world, const std::string& name, const std::string& base, Layout layout,
               const std::string& reason);
Qube create_qube(World& world, Qube planned);

/// Errors: not_found, conflict (it runs). Where qubes are removed by other tools a record can only be forgotten when
/// its qube is gone; else Error unsupported.
void require_removable(World& world, const QubeName& name);
/// Removes the qube and, with it, its private files.
void remove_qube(World& world, const QubeName& name);

/// Older generations per qube that rollback can still reach, unless somebody says otherwise.
inline constexpr std::size_t usually_kept = 3;

struct CollectRequest {
    std::size_t keep = usually_kept;
    std::vector<std::string> in; ///< qubes whose generations go; empty: of all
    bool unrecorded = false;     ///< also what only a database knew that was lost
};

/// Generations of a qube that go, and what no rollback of it brings back then.
struct DroppedGenerations {
    QubeName qube;
    std::vector<std::uint64_t> numbers; ///< ascending
    std::vector<std::string> releases;  ///< "hello 1.0": that only these have

    friend bool operator==(const DroppedGenerations&, const DroppedGenerations&) = default;
};

/// What would go.
struct Collection {
    plan::Garbage garbage;
    std::vector<DroppedGenerations> dropped;
    std::vector<QubeName> orphans; ///< qubes of the backend that a broken `qube remove` left
    std::size_t releases;
    std::uint64_t freed; ///< bytes, at least

    std::size_t generations() const;
};

/// Errors: not_found (a qube).
Collection plan_collection(World& world, const CollectRequest& request);
/// Returns the bytes given back.
std::uint64_t collect_garbage(World& world, const Collection& collection);

} // namespace qpkg::app
