// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one qube goes first. Another base changes everything below the apps, and whether they start on it nobody knows
// before they did. So one qube moves, is started, and each of its apps is; when that fails it is back where it was, by
// itself, and no other qube has moved.
#pragma once

#include "app/use/change.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct RebaseRequest {
    std::string to;   ///< a base that is here or offered, as typed
    QubeChoice qubes; ///< none named: all that stand on another base
    Reach reach = Reach::online;
    Allowances allow = {};
    std::string reason;
};

/// Errors: not_found (no such base), conflict (an app without a release for it), unsupported where other tools make the
/// qubes, and as upgrades have them.
PreparedChange prepare_rebase(World& world, const RebaseRequest& request);

/// Starts the qube anew, and in it a program in each app's view, then `check` (words of a command line; none: nothing
/// more). Returns what does not work, for people; nothing: all does.
std::optional<std::string> what_fails(World& world, const QubeName& qube, const std::vector<std::string>& check);

} // namespace qpkg::app
