// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace qpkg {

/// What a service may do that somebody allowed to start.
enum class ServiceRights {
    confined, ///< what the agent of the qube leaves it: a user of its own, nothing of the qube to write to
    own,      ///< what its unit says, which may be everything
};

/// A consent, of one app in one qube: it says nothing of other names.
struct AllowedService {
    std::string name; ///< "hello.service"
    ServiceRights rights = ServiceRights::confined;

    friend auto operator<=>(const AllowedService&, const AllowedService&) = default;
};

/// The consent to what an app runs once in a qube (first_start.hpp); no unit has such a name. It is confined or
/// nothing.
inline constexpr std::string_view first_start_consent = "first-start";

inline constexpr std::size_t most_allowed_services = 16; ///< of one app: an announcement holds about 3000 bytes

} // namespace qpkg
