// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace qpkg::app {

/// What speaks against this machine's clock, in words for people, each with both dates. Pure. `signed_at`: the newest
/// signed time that is known of each repository; `built`: the date of this program. All in seconds since 1970.
std::vector<std::string> clock_doubts(std::int64_t clock, const std::map<RepoName, std::int64_t>& signed_at,
                                      std::int64_t built);

} // namespace qpkg::app
