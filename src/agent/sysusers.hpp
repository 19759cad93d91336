// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why accounts of a module get their numbers in the view. Packages make users when they are installed, with numbers of
// the machine that built them. Nothing in a module belongs to these numbers, so the qube may choose: from 999
// downwards, the same for the same base and module. They are seen in that app's view alone. Nobody new gets the number
// 0, whatever the lines say: they come from a module.
#pragma once

#include <string>
#include <string_view>

namespace qpkg::agent {

/// The texts of /etc/passwd and /etc/group.
struct Accounts {
    std::string passwd;
    std::string group;

    friend bool operator==(const Accounts&, const Accounts&) = default;
};

/// Adds what the lines of a sysusers.d file ask for (sysusers.d(5): u, g and m with a number or "-"; other lines are
/// skipped, as are names that are there). Free numbers are taken from 999 downwards, so that the same base and
/// module always give the same ones. Nobody new gets the user or the group 0. Error corrupt "sysusers: line 3: …" for
/// a u, g or m line that is not well formed, or would make somebody root.
Accounts with_accounts(Accounts accounts, std::string_view lines);

} // namespace qpkg::agent
