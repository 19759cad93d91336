// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why accounts of a module get their numbers in the qube. Packages make users when they are installed, with numbers of
// the machine that built them. Nothing in a module belongs to these numbers, so the qube chooses, once and for all:
// account_ids.hpp. They are seen in that app's view alone. Nobody new gets the number 0, whatever the lines say: they
// come from a module.
//
// A base that moves may bring an account of a name that an app has. Who uses the view's files by that name is the app,
// so there its own account stays, and the base's row is not shown.
#pragma once

#include "agent/account_ids.hpp"
#include "agent/accounts.hpp"

#include <string_view>

namespace qpkg::agent {

/// What an app's view has in place of the base's tables, and all numbers of the qube's apps.
struct ViewAccounts {
    Accounts tables;
    AccountIds ids;

    friend bool operator==(const ViewAccounts&, const ViewAccounts&) = default;
};

/// Adds what the lines of a sysusers.d file ask for (sysusers.d(5): u, g and m; other lines are skipped, as are names
/// that the base has and the app never had). Numbers that lines ask for are not followed: who has none yet gets one
/// from `before.ids`. Nobody new gets the user or the group 0. Errors: as AccountIds::deal, and corrupt "sysusers: line
/// 3: …" for a u, g or m line that is not well formed, or would make somebody root.
ViewAccounts with_accounts(const Accounts& base, const AppId& app, ViewAccounts before, std::string_view lines);

} // namespace qpkg::agent
