// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::program {

/// A user of a qube, read from the texts of its own /etc/passwd and /etc/group (the host's user database knows others).
struct UserEntry {
    std::string name;
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups; ///< all that he is in, `gid` first
    std::string home;
    std::string shell;
};

/// Nothing when there is no well-formed row for him.
std::optional<UserEntry> find_user(std::string_view passwd, std::string_view group, std::string_view name);

} // namespace qpkg::program
