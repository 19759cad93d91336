// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qpkg {

/// Seconds since 1970 of "2026-11-20T17:03:00Z". Nothing for any other spelling and for days that do not exist: a date
/// that a reader misunderstands must not become "never". The inverse is text::iso_time.
std::optional<std::int64_t> parse_utc_time(std::string_view text);

} // namespace qpkg
