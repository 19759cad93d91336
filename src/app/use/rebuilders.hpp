// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// What the user changes about a trusted repository.
struct ModifyRepositoryRequest {
    std::string name;
    std::vector<std::string> add;        ///< "alpha=<64 hex>": an organisation and the public key of its rebuilder
    std::vector<std::string> forget;     ///< organisations
    std::string require;                 ///< "off", "warn", a number of organisations; empty: as it was
    std::vector<std::string> namespaces; ///< that `require` is about; empty: all of the repository
};

/// The repository as it would be. Errors: not_found, usage (malformed, or more organisations required than are named),
/// conflict (one key for two organisations, a key that signs for the repository).
Repository plan_modification(const World& world, const ModifyRepositoryRequest& request);
Repository modify_repository(World& world, const ModifyRepositoryRequest& request);

} // namespace qpkg::app
