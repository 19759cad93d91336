// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/catalog.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct RepositoryVerdict {
    Repository repository;
    RepositoryState state;
    std::vector<trust::Problem> problems; ///< each with what to do as its hint; none: it is as it should be
};

/// Brings each repository, or the named one, up to date and says what is wrong with it. Error not_found (no such one).
std::vector<RepositoryVerdict> check_repositories(World& world, const std::optional<std::string>& name, Reach reach);

} // namespace qpkg::app
