// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/extensions.hpp"
#include "agent/qube_paths.hpp"

#include <optional>
#include <string>

namespace qpkg::agent {

/// What fontconfig is told in a view: all its fonts, and where their caches are. fontconfig looks into /var/cache,
/// which is the qube's, and into the home, which views share; folders that its files name come before these. Nothing
/// where the base's fonts are all there are. `base` lies under the module; nothing does under a root of its own.
std::optional<std::string> fontconfig_text(const QubePaths& layout, const AppId& app, const ViewExtensions& extensions,
                                           const std::optional<fs::path>& base);

} // namespace qpkg::agent
