// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what is built here goes through a repository like everything else. It is signed, listed and verified by the same
// code as what comes from strangers, so an app that was built here upgrades, rolls back and travels in bundles as any
// other, and its key can be given to other machines. A second way to install, from a directory without a signature,
// would need its own answer to every question that the first has answered.
#pragma once

#include "app/world.hpp"

#include <filesystem>

namespace qpkg::app {

/// Where this machine is its own publisher: below the state directory.
struct OwnPlace {
    std::filesystem::path keys;    ///< of all roles of its repository
    std::filesystem::path site;    ///< the repository, static files
    std::filesystem::path modules; ///< `<app-id>/`: recipe and lock file of what was built last
    std::filesystem::path bases;   ///< `<base-id>.toml`: recipes of bases that were made here
};
OwnPlace own_place(const World& world);

/// Of a base that was made here.
std::filesystem::path own_base_recipe(const World& world, const BaseId& base);

/// The name that the machine's own repository has here.
RepoName own_repository();

/// Whether the machine trusts its own repository: `qpkg setup` came to its end.
bool is_publisher(const World& world, const Snapshot& snapshot);

} // namespace qpkg::app
