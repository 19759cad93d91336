// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the base's own user 1000 becomes "user". Ubuntu's images have an account ubuntu with that number. A second one
// beside it makes every question by number (whoami, ssh, git) answer ubuntu, while HOME and USER say user, and a base
// with another name for it would leave a qube's home unused when its base changes. So there is one account, one name,
// one home.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qpkg::program {

/// The texts of /etc/passwd and /etc/group.
struct AccountTables {
    std::string passwd;
    std::string group;

    friend bool operator==(const AccountTables&, const AccountTables&) = default;
};

/// The base's tables with its ordinary user named "user", number 1000, home /home/user: the base's own account of that
/// number under this name, with its groups, or a new one. Nothing when the base has "user".
std::optional<AccountTables> with_qube_user(std::string_view passwd, std::string_view group);

} // namespace qpkg::program
