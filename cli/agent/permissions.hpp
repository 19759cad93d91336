// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpkg::agent {

inline constexpr std::size_t largest_permissions = 64 * 1024; ///< bytes

/// What the user of a qube has said of its apps' services. Normative text: packaging/agent/README.md.
struct Permissions {
    std::map<std::pair<AppId, std::string>, bool> said; ///< by app and service: whether it shall start
    std::vector<std::string> problems;                  ///< lines that make no sense, which are passed by

    /// Nothing: the user has said nothing of it.
    std::optional<bool> of(const AppId& app, const std::string& service) const;
};

/// Lines `allow APP NAME.service` or `deny APP NAME.service`, blank lines and lines that begin with #. A later line
/// wins over an earlier one, also over those in `before`. `name` is the file's, for problems.
Permissions with_permissions(Permissions before, std::string_view bytes, std::string_view name);

} // namespace qpkg::agent
