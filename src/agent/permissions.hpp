// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"
#include "qpkg/model/service.hpp"

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
    /// By app and service: with which rights it may start; nothing: it may not.
    std::map<std::pair<AppId, std::string>, std::optional<ServiceRights>> said;
    std::vector<std::string> problems; ///< lines that make no sense, which are skipped

    /// The user's word; where there is none, that of the host, which `announced` of the app.
    std::optional<ServiceRights> of(const AppId& app, const std::string& service,
                                    const std::vector<AllowedService>& announced) const;
};

/// Lines `allow APP NAME.service`, `allow-as-root APP NAME.service` or `deny APP NAME.service`, blank lines and lines
/// that begin with #. A later line wins over an earlier one, also over those in `before`. `name` is the file's, for
/// problems.
Permissions with_permissions(Permissions before, std::string_view bytes, std::string_view name);

} // namespace qpkg::agent
