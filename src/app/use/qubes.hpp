// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "engine/transaction.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// Makes a qube with no apps. Errors: not_found (base, near names), conflict (there is one of that name), unsupported
/// (the backend's qubes are made by other tools).
Qube create_qube(World& world, const std::string& name, const std::string& base, Layout layout,
                 const std::string& reason);

/// Removes the qube and, with it, its private files. Errors: not_found, conflict (it runs). Where qubes are removed by
/// other tools this only forgets one that is gone; else Error unsupported.
void remove_qube(World& world, const QubeName& name);

struct CollectRequest {
    std::size_t keep = 3; ///< older generations per qube that rollback can still reach
    bool dry_run = false;
    bool unrecorded = false; ///< also what only a database knew that was lost
};

struct CollectReport {
    std::size_t generations;
    std::size_t releases;
    std::size_t volumes;
    std::vector<QubeName> orphans; ///< qubes of the backend that a broken `qube remove` left
    std::uint64_t freed;           ///< bytes; with dry_run: that would be freed
};

CollectReport collect_garbage(World& world, const CollectRequest& request);

} // namespace qpkg::app
