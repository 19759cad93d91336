// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/agent/layout.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::agent {

/// A path that `addition` has and one of `below` has too, unless both are directories; nothing when it only adds.
/// Relative to `addition`.
std::optional<fs::path> shadowed_path(const fs::path& addition, const std::vector<fs::path>& below);

/// Error conflict when the module of `app` brings something other than /usr and /opt, or a path of the base or of one
/// of `others` (apps that are in the shared view); both owners are named.
void check_only_adds(const Layout& layout, const AppId& app, const std::vector<AppId>& others);

/// Makes the qube's own /usr and /opt show the base plus the modules of `apps`, whose `stamps` (one line each) say
/// which volumes they are: the same stamps as the last time change nothing. Where the base has ldconfig, the view gets
/// a library cache of its own at /etc/ld.so.cache.
void show_shared_view(const Layout& layout, const std::vector<AppId>& apps, const std::vector<std::string>& stamps);

} // namespace qpkg::agent
