// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the base keeps its names although apps come last on PATH. Not every program searches in order, not every PATH is
// ours, and on Qubes entries of apps also lie below /usr/local, which comes before /usr. So an app never gets a name
// that the base has anywhere where it could be found. Folders are read only when a name is asked for that may lie
// anywhere in them: most starts need none.
#pragma once

#include "agent/qube_paths.hpp"

#include "qpkg/model/names.hpp"

#include <optional>
#include <set>

namespace qpkg::agent {

/// Names that the qube itself has: no app takes one. The folder of apps is the last that is searched, but not every
/// program searches in order, and on Qubes entries of apps also lie in /usr/local, which comes before /usr.
class BaseNames {
public:
    explicit BaseNames(const QubePaths& layout) : layout_(layout) {}

    /// Whether the qube's own root, or qpkg itself, has something by that name. What the agent made there does not
    /// count. Folders are read when a name is first asked for that may lie anywhere in them.
    bool has(const NameKey& key);

private:
    const QubePaths& layout_;
    std::optional<std::set<NameKey>> of_data_{};
};

} // namespace qpkg::agent
