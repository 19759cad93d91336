// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the host looks for it, and in the commits. A qube can say that it has no such program, not which of its apps has
// one that it does not show: no view is mounted where the search runs. The commit is what the view is made of.
#pragma once

#include "app/world.hpp"

#include "qpkg/model/names.hpp"
#include "qpkg/ports/object_reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// Where a tree has what `key` names: "/usr/bin/node". The first in the order of bytes. Pure.
std::optional<std::string> place_in(const ModuleTree& tree, const NameKey& key);

/// The apps of a qube that have a command `name` in their view, where none of the qube's apps has that name there.
/// Nothing where the objects are not here. Ascending.
std::vector<AppId> apps_with_unexported(World& world, const QubeName& qube, const std::string& name);

/// Names that the owner of a qube wants added or dropped.
struct NamesOfApp {
    QubeName qube;
    AppId app; ///< in that qube
    std::vector<std::string> names;
    bool drop;
};
/// What that says of the app's exports, by where its tree has them. Errors: usage (no name), not_found (the app has
/// nothing of that name, or its tree is not here).
std::vector<OwnExport> own_exports(const World& world, const Snapshot& snapshot, const NamesOfApp& wanted);

} // namespace qpkg::app
