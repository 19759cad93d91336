// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/make/outlook.hpp"
#include "app/own/own_place.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// An app that this machine could build.
struct BuildableApp {
    AppId app;
    std::string package;
    BaseId base;
    std::string summary;
};

/// Packages of the distribution of a base here whose name or summary has each of these words; none where this machine
/// is no publisher. Errors: failed (unreachable), as `look_ahead`.
std::vector<BuildableApp> search_distribution(World& world, const std::vector<std::string>& words);

/// What a build of the package of that name would take; nothing where this machine is no publisher, or there is no such
/// package. Errors as above.
std::optional<Outlook> find_in_distribution(World& world, const std::string& typed);

} // namespace qpkg::app
