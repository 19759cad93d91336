// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/model/details.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// Contents of /etc/passwd and /etc/group. Those after an installation are foreign: whatever a script wrote there.
struct Accounts {
    std::string passwd;
    std::string group;
};

struct AccountLines {
    std::string sysusers;             ///< lines of sysusers.d(5), sorted; empty when nothing was added
    std::vector<std::string> refused; ///< what was added and is no account, in words
};

/// Of a tree; empty where it has no such file.
Accounts accounts_in(const Fd& root);

/// Those with a name and a number, ascending.
std::vector<Details::Account> account_rows(const Accounts& accounts);

/// What an installation added. Numbers are the qube's to choose. A name that systemd would not take, and a member of
/// root's group, are refused; a home or shell that is no plain path is left to the default.
AccountLines sysusers_for(const Accounts& before, const Accounts& after);

} // namespace qpkg::build
