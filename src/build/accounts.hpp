// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::build {

/// Contents of /etc/passwd and /etc/group.
struct Accounts {
    std::string passwd;
    std::string group;
};

/// What an installation added, as lines of sysusers.d(5), sorted; empty when nothing. Numbers are the qube's to choose.
std::string sysusers_for(const Accounts& before, const Accounts& after);

} // namespace qpkg::build
